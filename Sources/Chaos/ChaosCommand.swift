import ArgumentParser
import Foundation
import UnixSignals

/// Breaks what CertForge runs on, while it runs, and counts afterwards.
@main
struct Chaos: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run real processes under load, kill, cut and freeze them, and count what was lost or doubled.",
        discussion: """
            Needs the private servers of `make test`; `make chaos` brings them up. Ends with 0 when nothing was lost, \
            doubled or stuck and every recovery held its limit, else with 1.
            """)

    @Option(help: "The same seed makes the same schedule.")
    var seed: UInt64 = 1

    @Option(help: "How long faults come, in seconds, from 10 to 86400.")
    var duration: Int = 600

    @Option(help: "Jobs per second, from 0.1 to 50.")
    var rate: Double = 0.8

    @Option(help: "Multiplies the limits of recoveries, for a machine that others use too; from 1 to 20.")
    var relax: Double = 1

    @Option(help: "How long everything may take to end after the load, in seconds, from 10 to 3600.")
    var drain: Int = 240

    @Option(help: "A file that gets the report as JSON.")
    var json: String?

    @Flag(help: "Scale processors in and out with SIGTERM instead, up to 20.")
    var scaling = false

    func validate() throws {
        guard (10...86_400).contains(duration) else { throw ValidationError("--duration must be from 10 to 86400.") }
        guard (0.1...50).contains(rate) else { throw ValidationError("--rate must be from 0.1 to 50.") }
        guard (1...20).contains(relax) else { throw ValidationError("--relax must be from 1 to 20.") }
        guard (10...3_600).contains(drain) else { throw ValidationError("--drain must be from 10 to 3600.") }
    }

    func run() async throws {
        // The run ends with what it started, however it is ended.
        let findings = try await Interruptible(limit: .seconds(duration + drain + 300)).run {
            scaling ? try await scale() : try await harm()
        }
        guard findings == 0 else { throw ExitCode.failure }
    }

    private func harm() async throws -> Int {
        let report = try await ChaosRun(
            seed: seed, duration: .seconds(duration), rate: rate, relaxation: relax, drainLimit: .seconds(drain)
        ).perform()
        Console.line("")
        Console.line(ReportTable(report).text)
        try write(report)
        return report.findings.count
    }

    private func scale() async throws -> Int {
        let report = try await ScalingRun(
            seed: seed, duration: .seconds(duration), rate: rate, drainLimit: .seconds(drain)
        ).perform()
        Console.line("")
        Console.line(report.text)
        try write(report)
        return report.findings.count
    }

    private func write(_ report: some Encodable) throws {
        guard let json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(report).write(to: URL(filePath: json))
    }
}
