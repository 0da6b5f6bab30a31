package import Foundation
import Synchronization

/// Where log lines go: whole lines, one at a time.
package final class LogOutput: Sendable {
    private let writeLine: Mutex<@Sendable (Data) -> Void>

    /// - Parameter writeLine: is called with a line and its line feed, never twice at once.
    package init(writeLine: @escaping @Sendable (Data) -> Void) {
        self.writeLine = Mutex(writeLine)
    }

    /// Writes without a buffer, so that a kill loses no line.
    package convenience init(handle: FileHandle) {
        self.init { line in
            do {
                try handle.write(contentsOf: line)
            } catch {
                // Nowhere is left to report that the logs' own output is gone.
            }
        }
    }

    package static var standardOutput: LogOutput { LogOutput(handle: .standardOutput) }

    /// A line longer than a pipe takes at once is written in parts, between which no other line may get.
    func write(_ line: Data) {
        writeLine.withLock { $0(line) }
    }
}
