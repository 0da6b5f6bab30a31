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

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            var query = [URLQueryItem(name: "limit", value: "\(limit)")]
            if let status { query.append(URLQueryItem(name: "status", value: status.rawValue)) }
            let page: JobPageAnswer = try await gateway.client().get("/api/v1/certifications/jobs", query: query)
            for job in page.jobs {
                let progress = "\(job.finishedCount)/\(job.targetCount)"
                Console.result("\(job.id)  \(job.createdAt)  \(job.status.rawValue)  \(progress)".terminalSafe)
            }
            if page.next != nil { Console.result("… and more") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One job with its verdicts.")

        @Argument(help: "The job's id.")
        var id: JobID

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let job: JobAnswer = try await gateway.client().get(
                "/api/v1/certifications/jobs/\(id)", query: [URLQueryItem(name: "figures", value: "true")])
            Console.result(VerdictMatrix(job).text)
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
