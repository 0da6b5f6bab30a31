import Certification
import CertificationStore
import Contracts
import Crypto
import Foundation

/// A valid request to certify: what to certify where, each thing once.
struct JobPlan: Sendable {
    var selection: Selection
    var models: [RequestedModel]
    var regions: [Region]
    /// Nil: the number of targets decides.
    var requestedLane: Lane?
    var suite: SuiteID
    var notify: [MailAddress]
    var terms = CostTerms()
    /// What a valid certificate must rest on to be used again; nil: every target is certified.
    var reuse: Reuse?
    /// Whether the request says that valid certificates are not used again.
    var isForced = false

    /// The suite and the rubrics that a new certificate would be made by.
    struct Reuse: Sendable {
        var suiteVersion: Int
        var suiteDigest: String
        var rubrics: RubricCatalog

        init(_ suite: Suite, rubrics: RubricCatalog) {
            suiteVersion = suite.version
            suiteDigest = suite.digest
            self.rubrics = rubrics
        }

        func terms(at moment: Date) -> ReuseTerms {
            let rubric = rubrics.inForce(at: moment)
            return ReuseTerms(
                suiteVersion: suiteVersion, suiteDigest: suiteDigest, rubricVersion: rubric.version,
                rubricDigest: rubric.digest)
        }
    }

    /// How the models were named; a request for all is another request than one that lists them all.
    enum Selection: String, Sendable {
        case models, vendors, all
    }

    /// More targets than this go through the bulk lane unless the request names one.
    static let bulkThreshold = 100

    var lane: Lane {
        requestedLane ?? (models.count * regions.count > Self.bulkThreshold ? .bulk : .normal)
    }
}

extension JobPlan {
    /// A digest of what is asked for: equal for requests that differ only in spelling, repetition or order, or in whether
    /// the cost is confirmed.
    func fingerprint() throws -> String {
        let canonical = CanonicalRequest(
            selection: selection.rawValue, models: models.map(\.name.rawValue).sorted(),
            regions: regions.map(\.rawValue).sorted(), lane: requestedLane?.rawValue, suite: suite.rawValue,
            notify: notify.map(\.text).sorted(), budget: terms.budget?.decimal, maxTokens: terms.tokenBudget,
            unknownPrices: terms.allowsUnknownPrices ? UnknownPrices.allow.rawValue : nil, force: isForced ? true : nil)
        return SHA256.hash(data: try JSONResponse.data(canonical)).hexadecimal
    }

    /// The plan's targets, in the order of models, then regions. A model that is offered nowhere is left out unless it is
    /// asked for by name.
    func targets(
        in registry: ModelRegistry, at now: Date
    ) -> (targets: [SubmittedTarget], skipped: [SkippedTarget]) {
        var targets: [SubmittedTarget] = []
        var skipped: [SkippedTarget] = []
        // A model and one of its profiles may be the same target.
        var planned: Set<Target> = []
        for requested in models {
            let model = requested.model
            let offering = registry.regions(offering: model, at: now)
            if selection != .models, offering.isEmpty, registry.provider(model.provider) != nil { continue }
            for region in regions {
                let availability = registry.availability(of: model, in: region, at: now)
                if let reason = requested.skipReason(in: region, registry)
                    ?? availability.skipReason(of: model, in: region, offeredIn: offering)
                {
                    skipped.append(SkippedTarget(model: model.address, region: region, reason: reason))
                } else if case let target = requested.target(in: region, registry), planned.insert(target).inserted {
                    targets.append(
                        SubmittedTarget(
                            certificationID: CertificationID(), target: target,
                            modelName: model.name, unsupported: Self.unsupported(model, availability)))
                }
            }
        }
        return (targets, skipped)
    }

    /// Why a target of the model ends before any call; nil when it does not.
    private static func unsupported(_ model: RegisteredModel, _ availability: ModelAvailability) -> Reason? {
        guard model.isProviderConfigured else { return .providerNotConfigured(model.provider) }
        if case .ended(let end) = availability { return .endOfLife(end) }
        return model.unsupportedReason.map {
            Reason(
                code: "NOT_A_CHAT_MODEL", text: $0,
                remedy: "Ask for a chat model; GET /api/v1/models?certifiable=true lists them.")
        }
    }
}

extension ModelAvailability {
    /// Why there is no target of a model in a region whose list lacks it, and what to do; nil when the list has it or had it
    /// up to the end of its life.
    fileprivate func skipReason(of model: RegisteredModel, in region: Region, offeredIn others: [Region]) -> String? {
        guard case .absent(let since, let asOf) = self else { return nil }
        let elsewhere =
            others.isEmpty ? "No region offers it; name another model." : "Name one that offers it: \(others.listed)."
        if let since {
            return
                "\(model.name) has not been on \(region)'s list of models since \(since.formatted(.iso8601)). \(elsewhere)"
        }
        guard let asOf else { return "\(region) has not told whether it offers \(model.name). \(elsewhere)" }
        return "\(model.name) is not on \(region)'s list of models of \(asOf.formatted(.iso8601)). \(elsewhere)"
    }
}

private struct CanonicalRequest: Encodable {
    var selection: String
    var models: [String]
    var regions: [String]
    var lane: String?
    var suite: String
    var notify: [String]
    var budget: String?
    var maxTokens: Int?
    var unknownPrices: String?
    /// Absent unless it is true, so that requests from before it was known keep their digests.
    var force: Bool?
}

extension Digest {
    /// Two lowercase digits for each byte.
    var hexadecimal: String {
        reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
