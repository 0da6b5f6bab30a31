import CertificationStore
import Contracts
import Foundation

/// The body of `POST /api/v1/dead-letters/replays`, read and checked.
struct ReplayRequestBody: Sendable {
    static let fields = [
        "ids", "fingerprint", "filter", "all", "dryRun", "canary", "ratePerSecond", "stopAfterFailures", "observe",
    ]

    let selection: ReplaySelection
    /// The selection for people.
    let words: String
    let plan: ReplayPlan
    let isDryRun: Bool

    /// - Throws: one problem with all faults.
    init(_ body: JSONValue) throws(Problem) {
        var reader = BodyReader(body, known: Self.fields)
        let chosen = Self.selection(in: &reader)
        var plan = ReplayPlan()
        plan.canary = reader.integers("canary", in: 1...CertificationStore.replayLimit, atMost: 10) ?? plan.canary
        plan.rate = reader.number("ratePerSecond", in: 0.1...5_000) ?? plan.rate
        plan.stopAfter =
            reader.integer("stopAfterFailures", in: 1...CertificationStore.replayLimit) ?? plan.stopAfter
        plan.observe = reader.number("observe", in: 1...86_400).map { .seconds($0) } ?? plan.observe
        isDryRun = reader.boolean("dryRun") ?? false
        try reader.check()
        guard let (selection, words) = chosen else { throw Problem.invalid([]) }
        self.selection = selection
        self.words = words
        self.plan = plan
    }

    private static func selection(in reader: inout BodyReader) -> (ReplaySelection, String)? {
        let named = ["ids", "fingerprint", "filter", "all"].filter { reader.has($0) }
        guard named.count == 1 else {
            reader.add([
                Fault(
                    .body(""), "Say which letters with exactly one of 'ids', 'fingerprint', 'filter' and 'all'.")
            ])
            return nil
        }
        if let ids: [LetterID] = reader.identifiers("ids", atMost: 1_000) {
            return (.letters(ids), "\(ids.count) letters by id")
        }
        if let fingerprint = reader.text("fingerprint") {
            return (.matching(DeadLetterFilter(fingerprint: fingerprint)), "all of the group \(fingerprint)")
        }
        if let filter = reader.json("filter") {
            let (filter, words) = DeadLetterFilter.read(filter, &reader)
            return (.matching(filter), words)
        }
        if let all = reader.boolean("all") {
            if !all { reader.fail("all", "This can only be true.") }
            return (.matching(DeadLetterFilter()), "all open letters")
        }
        return nil
    }
}

extension DeadLetterFilter {
    static let fields = ["cause", "type", "queue", "fingerprint", "job", "text", "since", "until"]

    /// Reads the filter of a body; its faults are collected in the reader of the body.
    static func read(_ json: JSONValue, _ body: inout BodyReader) -> (DeadLetterFilter, String) {
        var reader = BodyReader(json, known: fields)
        var texts: [String: String] = [:]
        for field in fields { texts[field] = reader.text(field) }
        var filter = DeadLetterFilter(
            cause: texts["cause"], type: texts["type"], queue: texts["queue"], fingerprint: texts["fingerprint"],
            text: texts["text"])
        if let job = texts["job"] {
            filter.job = JobID(job)
            if filter.job == nil { reader.fail("job", "This must be a job's id.") }
        }
        filter.since = date("since", texts, &reader)
        filter.until = date("until", texts, &reader)
        if filter == DeadLetterFilter(), reader.faults.isEmpty {
            reader.add([Fault(.body(""), "The filter must name something; 'all' stands for all.")])
        }
        body.add(
            reader.faults.map { fault in
                guard case .body(let pointer) = fault.location else { return fault }
                return Fault(.body("/filter\(pointer)"), fault.detail)
            })
        let words = texts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return (filter, "all with \(words)")
    }

    private static func date(_ name: String, _ texts: [String: String], _ reader: inout BodyReader) -> Date? {
        guard let text = texts[name] else { return nil }
        if let date = Date(rfc3339: text) { return date }
        reader.fail(name, "This must be a date such as 2026-11-21T08:00:00Z.")
        return nil
    }
}
