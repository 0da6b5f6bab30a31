package import Logging
package import Messaging
package import Postgres
import ServiceLifecycle

/// Closes a gate while the database is out of reach, so that consumers take no work that they could not record.
///
/// It asks once a second whether the database would take a write. The gate closes when there has been no good answer for
/// two seconds, and opens at the first one.
package struct DatabaseWatch: Service {
    /// What a consumer that pauses because of this says about it.
    package static let reason = "the database is out of reach"
    private static let interval = Duration.seconds(1)
    /// For one answer.
    private static let answerLimit = Duration.seconds(2)

    private let client: PostgresClient
    private let gate: ConsumptionGate
    private let time: Timebase
    private let logger: Logger

    /// - Parameters:
    ///   - client: one with short limits, whose connections are not kept busy by the work itself.
    ///   - gate: closed and opened by this watch alone.
    ///   - clock: tests pass one of their own.
    ///   - logger: told when an outage begins and when it ends.
    package init(
        client: PostgresClient, gate: ConsumptionGate, clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.client = client
        self.gate = gate
        time = Timebase(clock)
        self.logger = logger
    }

    /// Watches until the process shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var detector = OutageDetector(tolerance: .seconds(2))
            repeat {
                let asked = time.now
                do {
                    try await ask()
                    apply(detector.worked(), error: nil)
                } catch {
                    guard !Task.isCancelled else { return }
                    apply(detector.failed(askedAt: asked, at: time.now), error: error)
                }
            } while (try? await time.sleep(for: Self.interval)) != nil
        }
    }

    /// A server that stands by answers questions and refuses writes.
    private func ask() async throws {
        let rows = try await time.limit(Self.answerLimit) { [client] in
            try await client.query("SELECT current_setting('transaction_read_only') AS read_only")
        }
        guard try rows.first?.decode(String.self, "read_only") == "off" else { throw TakesNoWrites() }
    }

    private func apply(_ change: OutageDetector.Change?, error: (any Error)?) {
        switch change {
        case .began:
            logger.warning(
                "The database is out of reach; consuming pauses",
                metadata: ["error": "\(error.map { String(reflecting: $0) } ?? "")"])
            gate.close(because: Self.reason)
        case .ended:
            logger.notice("The database is back; consuming resumes")
            gate.open()
        case nil:
            break
        }
    }
}

private struct TakesNoWrites: Error, CustomStringConvertible {
    var description: String { "the database takes no writes" }
}
