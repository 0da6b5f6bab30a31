import Certification
import CertificationStore
import Contracts
import Foundation

/// The body of an action on waiting work, as it was sent: which work, until when, and every fault of its form.
struct WaitingActionBody: Sendable {
    private var job: String?
    private var model: String?
    private var region: String?
    private var kind: WaitingItem.Kind?
    private var until: Date?
    private var seconds: Int?
    /// How many of `until` and `for` were sent, read or not.
    private var delays = 0
    private var hasFilter = false
    private var faults: [Fault] = []

    private static let filterNames = ["job", "model", "region", "kind"]
    private static let delayNames = ["until", "for"]

    private init(_ decoder: any Decoder, filtered: Bool, delayed: Bool) {
        var reader = FieldReader(
            decoder, known: (filtered ? Self.filterNames : []) + (delayed ? Self.delayNames : []), thing: "This action")
        if filtered {
            job = reader.text("job")
            model = reader.text("model")
            region = reader.text("region")
            kind = reader.choice("kind", of: WaitingItem.Kind.self)
            hasFilter = ["job", "model", "region"].contains { reader.has($0) }
        }
        if delayed {
            until = reader.date("until")
            seconds = reader.integer("for", in: 1...WaitingAction.longestDelay)
            delays = Self.delayNames.count { reader.has($0) }
        }
        faults = reader.faults
    }

    /// What to postpone one item by.
    struct One: Sendable, Decodable {
        private let body: WaitingActionBody

        init(from decoder: any Decoder) { body = WaitingActionBody(decoder, filtered: false, delayed: true) }

        /// - Throws: one problem that lists all faults.
        func postponement(now: Date) throws(Problem) -> WaitingAction {
            var faults = body.faults
            let action = body.postponement(now: now, &faults)
            guard faults.isEmpty, let action else { throw Problem.invalid(faults) }
            return action
        }
    }

    /// Which items to act on.
    struct Many: Sendable, Decodable {
        private let body: WaitingActionBody

        init(from decoder: any Decoder) { body = WaitingActionBody(decoder, filtered: true, delayed: false) }

        /// - Throws: one problem that lists all faults.
        func filter(in registry: ModelRegistry) throws(Problem) -> WaitingFilter {
            var faults = body.faults
            let filter = body.filter(in: registry, &faults)
            guard faults.isEmpty else { throw Problem.invalid(faults) }
            return filter
        }
    }

    /// Which items to postpone, and by what.
    struct ManyPostponed: Sendable, Decodable {
        private let body: WaitingActionBody

        init(from decoder: any Decoder) { body = WaitingActionBody(decoder, filtered: true, delayed: true) }

        /// - Throws: one problem that lists all faults.
        func selection(in registry: ModelRegistry, now: Date) throws(Problem) -> (WaitingFilter, WaitingAction) {
            var faults = body.faults
            let filter = body.filter(in: registry, &faults)
            let action = body.postponement(now: now, &faults)
            guard faults.isEmpty, let action else { throw Problem.invalid(faults) }
            return (filter, action)
        }
    }

    private func filter(in registry: ModelRegistry, _ faults: inout [Fault]) -> WaitingFilter {
        var filter = WaitingFilter(kind: kind)
        if !hasFilter, faults.isEmpty {
            faults.append(Fault(.body(""), "Say which work with at least one of 'job', 'model' and 'region'."))
        }
        if let job {
            filter.job = JobID(job)
            if filter.job == nil { faults.append(.field("job", "This must be a job's id.")) }
        }
        if let model {
            let found = registry.model(ModelID(model))
            (filter.provider, filter.model) = (found?.provider, found?.id)
            if found == nil { faults.append(.field("model", registry.advice(onUnknown: model))) }
        }
        if let region {
            filter.region = registry.region(Region(region)).map { _ in Region(region) }
            if filter.region == nil {
                let known = registry.regions.map(\.id).listed
                faults.append(.field("region", "There is no region \(region.quotedForDisplay). Known: \(known)."))
            }
        }
        return filter
    }

    private func postponement(now: Date, _ faults: inout [Fault]) -> WaitingAction? {
        guard delays == 1 else {
            if faults.isEmpty {
                let detail = "Say until when with exactly one of 'until', a date, and 'for', a number of seconds."
                faults.append(Fault(.body(""), detail))
            }
            return nil
        }
        if let seconds { return .postponeBy(seconds) }
        guard let until else { return nil }
        if until <= now {
            faults.append(.field("until", "This is past. To send it at once, use run-now."))
        } else if until.timeIntervalSince(now) > Double(WaitingAction.longestDelay) {
            faults.append(.field("until", "Work can be put off by 30 days at most."))
        }
        return .postpone(until: until)
    }
}
