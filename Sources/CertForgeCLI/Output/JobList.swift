import Contracts

/// Jobs as lines, as many as there are on a page.
struct JobList {
    private let page: JobPageAnswer

    init(_ page: JobPageAnswer) {
        self.page = page
    }

    /// Lines joined by line feeds.
    var text: String {
        guard !page.jobs.isEmpty else { return "There are no such jobs." }
        let rows = page.jobs.map { job in
            [
                job.id, job.createdAt, job.status.rawValue, "\(job.finishedCount)/\(job.targetCount)", job.suite,
                job.requestedBy, job.outcomes,
            ]
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths.dropLast() + [0]).map { $0.padding(to: $1) }.joined(separator: "  ")
        }
        return (lines + (page.next == nil ? [] : ["… and more"])).map(\.terminalSafe).joined(separator: "\n")
    }
}

extension JobAnswer {
    /// How many targets are in each status, for example `1 CERTIFIED, 2 FAILED`.
    var outcomes: String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
