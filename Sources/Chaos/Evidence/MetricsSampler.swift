import Curl
import Foundation
import LocalSystem
import Synchronization

/// Keeps what every process counted last, because a process that was killed can no longer be asked.
final class MetricsSampler: Sendable {
    /// Counters by name and disposition.
    struct Counts: Sendable {
        var redelivered = 0
        var dispositions: [String: Int] = [:]
    }

    private let counts = Mutex<[Int32: Counts]>([:])

    /// Samples all members again and again until it is cancelled.
    func run(_ members: @escaping @Sendable () -> [Member], every interval: Duration) async {
        while (try? await Task.sleep(for: interval)) != nil {
            for member in members() {
                if let program = member.program, program.isRunning { await sample(program) }
            }
        }
    }

    func sample(_ program: RunningProgram) async {
        let answer = try? await HTTP.get("http://127.0.0.1:\(program.healthPort)/metrics", within: .seconds(1))
        guard let answer, answer.status == 200 else { return }
        let read = Self.read(String(decoding: answer.body, as: UTF8.self))
        counts.withLock { $0[program.processID] = read }
    }

    func counts(of program: RunningProgram) -> Counts? { counts.withLock { $0[program.processID] } }

    var total: Counts {
        counts.withLock { counts in
            counts.values.reduce(into: Counts()) { total, one in
                total.redelivered += one.redelivered
                total.dispositions.merge(one.dispositions) { $0 + $1 }
            }
        }
    }

    static func read(_ text: String) -> Counts {
        var counts = Counts()
        for line in text.split(separator: "\n") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            if line.hasPrefix("consumer_redelivered_total") { counts.redelivered += Int(value) }
            if line.hasPrefix("consumer_messages_total"), let match = line.firstMatch(of: /disposition="([a-z_]+)"/) {
                counts.dispositions[String(match.1), default: 0] += Int(value)
            }
        }
        return counts
    }
}
