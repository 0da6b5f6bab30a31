import Synchronization
import Testing

@testable import CertForgeCLI

@Suite("Progress")
struct ProgressBarTests {
    private final class Screen: Sendable {
        let parts = Mutex<[String]>([])
        var shown: [String] { parts.withLock { $0 } }
        func write(_ text: String) { parts.withLock { $0.append(text) } }
    }

    private let screen = Screen()

    private func bar(columns: Int?) -> ProgressBar {
        ProgressBar(columns: columns) { [screen] in screen.write($0) }
    }

    @Test("Without a terminal there is a whole line for each tenth, and nothing that moves a cursor")
    func pipe() {
        let bar = bar(columns: nil)
        for finished in 0...100 {
            for _ in 0..<3 { bar.show(.sample(targets: 100, finished: finished, counts: ["CERTIFIED": finished])) }
        }
        bar.end()
        #expect(screen.shown.count == 11)
        #expect(screen.shown.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\r") && !$0.contains("\u{1B}") })
        #expect(screen.shown.first?.hasPrefix(String(repeating: "░", count: 40) + " 0/100 ") == true)
        #expect(screen.shown.last?.hasPrefix(String(repeating: "█", count: 40) + " 100/100 ") == true)
        #expect(screen.shown.last?.hasSuffix("  100 CERTIFIED\n") == true)
    }

    @Test("Without a terminal a remark is made once, until there is another")
    func remarks() {
        let bar = bar(columns: nil)
        for text in ["away", "away", "away", "back", "away"] { bar.note(text) }
        #expect(screen.shown == ["away\n", "back\n", "away\n"])
    }

    @Test("On a terminal each line replaces the last and is never wrapped", arguments: [20, 80])
    func terminal(_ columns: Int) {
        let bar = bar(columns: columns)
        let counts = ["CERTIFIED": 10, "FAILED": 20, "PROCESSING": 30, "QUALITY_WARNING": 40, "RETRYING": 50]
        bar.show(.sample(targets: 100, finished: 10, counts: counts))
        bar.note(String(repeating: "remark\n", count: 30))
        bar.end()
        #expect(screen.shown.count == 3 && screen.shown.last == "\n")
        for line in screen.shown.dropLast() {
            #expect(line.hasPrefix("\r\u{1B}[2K") && !line.dropFirst(5).contains("\n"))
            #expect(line.dropFirst(5).count == columns - 1)
        }
    }

    @Test("A job without targets is done")
    func empty() {
        bar(columns: nil).show(.sample(targets: 0, finished: 0))
        #expect(screen.shown.first?.hasPrefix(String(repeating: "█", count: 40) + " 0/0 ") == true)
    }
}
