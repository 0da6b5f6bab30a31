import ArgumentParser
import Contracts
import Foundation

/// Looks at jobs and steers them.
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List, show and cancel jobs.", subcommands: [List.self, Show.self, Cancel.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest jobs.")

        @Option(help: "How many, from 1 to 100.")
        var limit: Int = 20

        @Option(help: "Only jobs in this status.")
        var status: JobStatus?

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show(
                "/api/v1/certifications/jobs", query: .init(["limit": "\(limit)", "status": status?.rawValue])
            ) { (page: JobPageAnswer) in
                JobList(page).text
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One job with its verdicts and their figures.",
            discussion: "What each test came to is shown by 'certforge tests', with the certification's id from here.")

        @Argument(help: "The job's id.")
        var id: JobID

        @Option(help: "Only the targets of this model.")
        var model: String?

        @Flag(help: "Only the targets that are not certified without remark.")
        var failed = false

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show("/api/v1/certifications/jobs/\(id)", query: .init(["figures": "true"])) { job in
                VerdictMatrix(job, detail: .figures, filter: .init(model: model, needsAttention: failed)).text
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel a job: what has not begun never will, and what runs is stopped.")

        @Argument(help: "The job's id.")
        var id: JobID

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let job: JobAnswer = try await gateway.client().delete("/api/v1/certifications/jobs/\(id)")
            Console.result(CancellationReport(job).text)
        }
    }
}

extension JobStatus: ExpressibleByArgument {}
