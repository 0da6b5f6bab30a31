import Foundation
import Synchronization
import Testing

@testable import CertForgeCLI

@Suite("Asking a gateway that is away")
struct PatienceTests {
    private final class Gateway: Sendable {
        private let answers: Mutex<[Int]>
        let asked = Mutex(0)

        /// - Parameter answers: the statuses in their order; the last one is repeated.
        init(_ answers: [Int]) { self.answers = Mutex(answers) }

        func ask() throws -> String {
            asked.withLock { $0 += 1 }
            let status = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
            guard status == 200 else { throw GatewayFailure(status: status, body: Data()) }
            return "answer"
        }
    }

    private func patience(
        _ limit: Duration, note: @escaping @Sendable (GatewayFailure) -> Void = { _ in }
    ) -> Patience {
        Patience(limit: limit, pause: .milliseconds(1), note: note)
    }

    @Test("It is asked until it is back, and each time it is said why not")
    func comesBack() async throws {
        let gateway = Gateway([503, 502, 200])
        let notes = Mutex<[String]>([])
        let patience = patience(.seconds(600)) { failure in notes.withLock { $0.append(failure.description) } }
        #expect(try await patience.answer { try gateway.ask() } == "answer")
        #expect(gateway.asked.withLock { $0 } == 3)
        #expect(notes.withLock { $0 } == ["The gateway answered 503.", "The gateway answered 502."])
    }

    @Test("A refusal is not asked about again", arguments: [400, 401, 404, 500])
    func refused(_ status: Int) async {
        let gateway = Gateway([status])
        await #expect(throws: GatewayFailure.self) {
            try await patience(.seconds(600)).answer { try gateway.ask() }
        }
        #expect(gateway.asked.withLock { $0 } == 1)
    }

    @Test("It is given up after the limit, with the last reason")
    func givesUp() async {
        let gateway = Gateway([503])
        let failure = await #expect(throws: GatewayFailure.self) {
            try await patience(.milliseconds(30)).answer { try gateway.ask() }
        }
        #expect(failure?.description == "The gateway answered 503.")
        #expect(gateway.asked.withLock { $0 } >= 1)
    }
}
