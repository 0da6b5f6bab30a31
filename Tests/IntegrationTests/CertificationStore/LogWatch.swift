import Logging
import Synchronization

/// A logger whose messages a test waits for or counts.
final class LogWatch: Sendable {
    /// Yields each message.
    let messages: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let counts = Mutex<[String: Int]>([:])

    init() {
        (messages, continuation) = AsyncStream.makeStream()
    }

    var logger: Logger { Logger(label: "tests") { _ in Handler(watch: self) } }

    /// How often the message was logged.
    func count(of message: String) -> Int { counts.withLock { $0[message, default: 0] } }

    private func record(_ message: String) {
        counts.withLock { $0[message, default: 0] += 1 }
        continuation.yield(message)
    }

    private struct Handler: LogHandler {
        let watch: LogWatch
        var logLevel = Logger.Level.info
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            watch.record(event.message.description)
        }
    }
}
