import Certification
import Contracts

/// Turns a request body into a plan, or into every fault that it has.
struct JobPlanner: Sendable {
    /// The most addresses that one job tells.
    static let notifyLimit = 20
    /// For how many unknown models a similar one is looked for.
    private static let suggestionLimit = 10

    private let registry: ModelRegistry
    private let suites: SuiteCatalog
    private let rubrics: RubricCatalog

    init(registry: ModelRegistry, suites: SuiteCatalog, rubrics: RubricCatalog) {
        self.registry = registry
        self.suites = suites
        self.rubrics = rubrics
    }

    /// The plan of a body. Throws one problem that lists all faults, those found outside the body among them.
    func plan(_ body: JobRequestBody, otherFaults: [Fault] = []) throws(Problem) -> JobPlan {
        guard body.isObject else { throw Problem.invalid(body.faults + otherFaults) }
        var faults = body.faults
        let selection = selection(of: body, &faults)
        let models = models(of: body, selection, &faults)
        let regions = regions(of: body, for: models, &faults)
        let lane = lane(of: body, &faults)
        let suite = suite(of: body, &faults)
        let notify = addresses(of: body, &faults)
        let terms = CostTerms(of: body, &faults)
        faults += otherFaults
        guard faults.isEmpty, let selection else { throw Problem.invalid(faults) }
        let isForced = body.force == true
        return JobPlan(
            selection: selection, models: models, regions: regions, requestedLane: lane, suite: suite, notify: notify,
            terms: terms,
            reuse: isForced ? nil : suites.suite(suite).map { JobPlan.Reuse($0, rubrics: rubrics) },
            isForced: isForced)
    }

    private func selection(of body: JobRequestBody, _ faults: inout [Fault]) -> JobPlan.Selection? {
        let named = [JobRequestBody.Field.models, .vendors, .all].filter(body.present.contains)
        guard named.count == 1 else {
            let found = named.isEmpty ? "" : " This has \(named.map { "'\($0.rawValue)'" }.joined(separator: " and "))."
            faults.append(
                Fault(.body(""), "Say what to certify with exactly one of 'models', 'vendors' and 'all'.\(found)"))
            return nil
        }
        if body.all == false {
            faults.append(.field("all", "This can only be true. Leave it out and name 'models' or 'vendors' instead."))
        }
        return JobPlan.Selection(rawValue: named[0].rawValue)
    }

    private func models(
        of body: JobRequestBody, _ selection: JobPlan.Selection?, _ faults: inout [Fault]
    ) -> [RegisteredModel] {
        // Both lists are looked at even when only one is allowed, so that all faults come at once.
        let byID = named(body.models, field: "models", &faults)
        let byVendor = made(by: body.vendors, &faults)
        switch selection {
        case .models: return byID
        case .vendors: return byVendor
        case .all: return registry.certifiable
        case nil: return []
        }
    }

    private func named(
        _ entries: [JobRequestBody.Entry]?, field: String, _ faults: inout [Fault]
    ) -> [RegisteredModel] {
        guard let entries else { return [] }
        if entries.isEmpty, !faults.contains(where: { $0.isWithin(field) }) {
            faults.append(.field(field, "Name at least one model; GET /api/v1/models lists them."))
        }
        var models: [RegisteredModel] = []
        var unknown = 0
        for entry in entries {
            if let model = registry.model(ModelID(entry.text)) {
                if !models.contains(where: { $0.address == model.address }) { models.append(model) }
            } else {
                unknown += 1
                let advice = registry.advice(onUnknown: entry.text, suggesting: unknown <= Self.suggestionLimit)
                faults.append(.field(field, index: entry.index, advice))
            }
        }
        return models
    }

    private func made(by entries: [JobRequestBody.Entry]?, _ faults: inout [Fault]) -> [RegisteredModel] {
        guard let entries else { return [] }
        if entries.isEmpty, !faults.contains(where: { $0.isWithin("vendors") }) {
            faults.append(.field("vendors", "Name at least one vendor: \(registry.vendors.listed)."))
        }
        var models: [RegisteredModel] = []
        for entry in entries {
            let vendor = Vendor(entry.text)
            guard registry.vendors.contains(vendor) else {
                let detail = "There is no vendor \(entry.text.quotedForDisplay). Known: \(registry.vendors.listed)."
                faults.append(.field("vendors", index: entry.index, detail))
                continue
            }
            let certifiable = registry.models(vendor: vendor).filter(\.isCertifiable)
            if certifiable.isEmpty {
                let detail = "\(vendor) has no model that can be certified. Leave it out."
                faults.append(.field("vendors", index: entry.index, detail))
            }
            models += certifiable.filter { model in !models.contains { $0.address == model.address } }
        }
        return models
    }

    private func regions(
        of body: JobRequestBody, for models: [RegisteredModel], _ faults: inout [Fault]
    ) -> [Region] {
        var known = registry.regions.map(\.id)
        // Where a provider that is not configured would be asked for once it is.
        if !known.contains(.global), models.contains(where: { registry.provider($0.provider) == nil }) {
            known.append(.global)
        }
        if !body.present.contains(.regions) {
            faults.append(.field("regions", "Name the regions to certify in: \(known.listed)."))
        }
        guard let entries = body.regions else { return [] }
        if entries.isEmpty, !faults.contains(where: { $0.isWithin("regions") }) {
            faults.append(.field("regions", "Name at least one region: \(known.listed)."))
        }
        var regions: [Region] = []
        for entry in entries {
            let region = Region(entry.text)
            if !known.contains(region) {
                let detail = "There is no region \(entry.text.quotedForDisplay). Known: \(known.listed)."
                faults.append(.field("regions", index: entry.index, detail))
            } else if !regions.contains(region) {
                regions.append(region)
            }
        }
        return regions
    }

    private func lane(of body: JobRequestBody, _ faults: inout [Fault]) -> Lane? {
        guard let text = body.lane else { return nil }
        if let lane = Lane(rawValue: text) { return lane }
        let known = Lane.allCases.map(\.rawValue).joined(separator: ", ")
        faults.append(.field("lane", "There is no lane \(text.quotedForDisplay). Known: \(known)."))
        return nil
    }

    private func suite(of body: JobRequestBody, _ faults: inout [Fault]) -> SuiteID {
        guard let text = body.suite else { return .base }
        let suite = SuiteID(text)
        if suites.suite(suite) == nil {
            let detail = "There is no suite \(text.quotedForDisplay). Known: \(suites.ids.listed)."
            faults.append(.field("suite", detail))
        }
        return suite
    }

    private func addresses(of body: JobRequestBody, _ faults: inout [Fault]) -> [MailAddress] {
        let entries = body.notify ?? []
        var addresses: [MailAddress] = []
        for entry in entries {
            do {
                let address = try MailAddress(entry.text)
                if !addresses.contains(address) { addresses.append(address) }
            } catch {
                let detail = "\(entry.text.quotedForDisplay) is no e-mail address. \(error.advice)"
                faults.append(.field("notify", index: entry.index, detail))
            }
        }
        if addresses.count > Self.notifyLimit {
            faults.append(.field("notify", "A job tells at most \(Self.notifyLimit) addresses. Use a mailing list."))
        }
        return addresses
    }
}

extension Fault {
    /// Whether the fault is about this field of the body or one of its elements.
    fileprivate func isWithin(_ field: String) -> Bool {
        guard case .body(let pointer) = location else { return false }
        return pointer == "/\(field)" || pointer.hasPrefix("/\(field)/")
    }
}

extension Sequence where Element: CustomStringConvertible {
    /// For a sentence that lists what is known.
    var listed: String { map(\.description).joined(separator: ", ") }
}

extension ModelRegistry {
    /// What to tell someone who named a model that is not known. Looking for similar ids takes a while.
    func advice(onUnknown id: String, suggesting: Bool = true) -> String {
        if case .ambiguous(let addresses) = lookUp(ModelID(id)) {
            let named = addresses.map { "'\($0)'" }.joined(separator: " or ")
            return "Several providers have a model \(id.quotedForDisplay). Say which is meant: \(named)."
        }
        let similar = suggesting ? suggestions(for: ModelID(id)) : []
        let first = id.prefix { $0 != "/" }
        if similar.isEmpty, first.count < id.count, provider(ProviderID(first)) == nil {
            return """
                There is no provider \(String(first).quotedForDisplay) and no model \(id.quotedForDisplay). \
                Known providers: \(providers.map(\.id).listed). Others are added in the gateway's PROVIDERS_FILE.
                """
        }
        let hint =
            similar.isEmpty
            ? "GET /api/v1/models lists those that there are."
            : "Did you mean \(similar.map { "'\($0)'" }.joined(separator: " or "))?"
        return "There is no model \(id.quotedForDisplay). \(hint)"
    }
}
