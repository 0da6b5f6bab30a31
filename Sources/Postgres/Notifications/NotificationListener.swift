import Logging

/// Keeps one session listening to one channel, and opens another whenever it is lost.
struct NotificationListener: Sendable {
    let channel: String
    let configuration: PostgresConfiguration
    let logger: Logger
    let continuation: AsyncStream<PostgresNotification>.Continuation

    /// Until the task is cancelled.
    func run() async {
        defer { continuation.finish() }
        var failures = 0
        while !Task.isCancelled {
            do {
                try await listen { failures = 0 }
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                logger.warning(
                    "Listening for notifications is interrupted",
                    metadata: ["channel": "\(channel)", "error": "\(String(reflecting: error))"])
                await pause(after: failures)
            }
        }
    }

    private func pause(after failures: Int) async {
        do {
            try await Task.sleep(for: .fullJitter(attempt: failures, base: .milliseconds(100), cap: .seconds(5)))
        } catch {
            // Cancelled: the loop ends.
        }
    }

    private func listen(_ connected: () -> Void) async throws {
        let connection = try await PostgresConnection.open(configuration, logger: logger)
        do {
            try await connection.execute("LISTEN \(identifier: channel)")
            connected()
            continuation.yield(PostgresNotification(channel: channel, payload: ""))
            while true {
                for notification in try await connection.nextNotifications() {
                    continuation.yield(notification)
                }
            }
        } catch {
            await connection.close()
            throw error
        }
    }
}
