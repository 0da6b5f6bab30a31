import Foundation
import Synchronization

/// A job's or a replay's progress on one line that is drawn again and again; where standard error is no terminal, a line per tenth.
final class ProgressBar: Sendable {
    private static let width = 40

    private let columns: Int?
    private let write: @Sendable (String) -> Void
    private let started = ContinuousClock.now
    private let lastLine = Mutex<String?>(nil)
    private let lastTenth = Mutex<Int?>(nil)

    /// - Parameters:
    ///   - columns: how wide the terminal is; nil where there is none.
    ///   - write: takes what is to be shown.
    init(columns: Int?, write: @escaping @Sendable (String) -> Void) {
        self.columns = columns
        self.write = write
    }

    /// Draws on standard error.
    convenience init() {
        self.init(columns: Self.columnsOfStandardError(), write: Console.note)
    }

    func show(_ job: JobAnswer) {
        show(job.finishedCount, of: job.targetCount, counts: job.counts)
    }

    func show(_ replay: ReplayAnswer) {
        show(replay.endedCount, of: replay.total, counts: replay.counts)
    }

    private func show(_ done: Int, of total: Int, counts: [String: Int]) {
        let share = total == 0 ? 1 : Double(done) / Double(total)
        let filled = min(Self.width, max(0, Int(share * Double(Self.width))))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        let states = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: " · ")
        let seconds = started.duration(to: .now).components.seconds
        let line = "\(bar) \(done)/\(total) \(seconds) s  \(states)"
        if columns != nil {
            draw(line)
        } else if Self.isNew(Int(share * 10), lastTenth) {
            write(line + "\n")
        }
    }

    /// Shows a remark in place of the bar; where there is no terminal, once until another one is made.
    func note(_ text: String) {
        if columns != nil {
            draw(text.replacing("\n", with: " "))
        } else if Self.isNew(text, lastLine) {
            write(text + "\n")
        }
    }

    /// Leaves the last line as it is.
    func end() {
        if columns != nil { write("\n") }
    }

    /// One line only: a longer one would be wrapped, and what is drawn next would leave its beginning behind.
    private func draw(_ line: String) {
        write("\r\u{1B}[2K\(line.prefix(max(1, (columns ?? 80) - 1)))")
    }

    private static func isNew<Value: Equatable & Sendable>(_ value: Value, _ last: borrowing Mutex<Value?>) -> Bool {
        last.withLock { last in
            defer { last = value }
            return last != value
        }
    }

    private static func columnsOfStandardError() -> Int? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
