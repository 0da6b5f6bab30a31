import Contracts

/// What cancelling a job did to its targets, as a table of counts and, for a small job, a line for each.
struct CancellationReport {
    /// The most targets that are listed one by one.
    private static let listedTargets = 50

    private let job: JobAnswer

    init(_ job: JobAnswer) {
        self.job = job
    }

    /// Lines joined by line feeds.
    var text: String {
        let targets = job.targets ?? []
        let counts = Dictionary(targets.map { ($0.outcome, 1) }, uniquingKeysWith: +)
        var lines = counts.sorted { $0.key < $1.key }.map { outcome, count in
            Self.words(outcome).padding(to: 14) + "\(count)"
        }
        if targets.count <= Self.listedTargets {
            let width = targets.map(\.model.count).max() ?? 0
            lines +=
                [""]
                + targets.map { target in
                    "\(target.model.padding(to: width))  \(target.region.padding(to: 16))  \(Self.words(target.outcome))"
                }
        }
        lines += ["", ending]
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    private var ending: String {
        let ended = "\(job.finishedCount) of \(job.targetCount.counted("target")) ended"
        return job.status.isTerminal
            ? "Job \(job.id) \(job.status.rawValue): \(ended)."
            : "Job \(job.id) is being cancelled; \(ended). Ask again to see the rest stop."
    }

    /// An outcome that this version does not know is shown as it came.
    private static func words(_ outcome: String) -> String {
        outcome.lowercased().replacing("_", with: " ")
    }
}
