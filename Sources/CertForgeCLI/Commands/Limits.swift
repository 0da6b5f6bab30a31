import ArgumentParser

/// Shows what the downstreams may be asked for.
struct Limits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show limits and circuit breakers.",
        discussion: """
            Each model and region that was called, with its quota, the share of it that is used (less than 100 % after \
            throttling), the attempts that run, and when the next may begin. Open circuits come first.
            """)

    @OptionGroup var reading: ReadingOptions

    func run() async throws {
        try await reading.show("/api/v1/limits") { LimitsTable($0).text }
    }
}
