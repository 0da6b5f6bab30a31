import Contracts
import Testing

@testable import CertForgeCLI

@Suite("What a cancellation did, in words")
struct CancellationReportTests {
    private static func targets(_ outcomes: [String]) -> [CancelledTargetAnswer] {
        outcomes.enumerated().map {
            CancelledTargetAnswer(model: "vendor.model-\($0)", region: "us-east-1", outcome: $1)
        }
    }

    @Test("A small job is shown with its counts and a line for each target")
    func small() {
        let job = JobAnswer.sample(
            status: .processing, targets: 3, finished: 2,
            cancelled: Self.targets(["ALREADY_DONE", "STOPPING", "NOT_STARTED"]))
        #expect(
            CancellationReport(job).text == """
                already done  1
                not started   1
                stopping      1

                vendor.model-0  us-east-1         already done
                vendor.model-1  us-east-1         stopping
                vendor.model-2  us-east-1         not started

                Job \(job.id) is being cancelled; 2 of 3 targets ended. Ask again to see the rest stop.
                """)
    }

    @Test("A large job is shown with its counts only")
    func large() {
        let job = JobAnswer.sample(
            status: .cancelled, targets: 51, finished: 51,
            cancelled: Self.targets(Array(repeating: "STOPPED", count: 51)))
        #expect(
            CancellationReport(job).text == """
                stopped       51

                Job \(job.id) CANCELLED: 51 of 51 targets ended.
                """)
    }
}
