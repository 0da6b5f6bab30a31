import Certification
import CertificationStore
import Contracts
import Crypto
import Foundation

/// A valid request to certify: what to certify where, each thing once.
struct JobPlan: Sendable {
    var selection: Selection
    var models: [RegisteredModel]
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
            selection: selection.rawValue, models: models.map(\.address.rawValue).sorted(),
            regions: regions.map(\.rawValue).sorted(), lane: requestedLane?.rawValue, suite: suite.rawValue,
            notify: notify.map(\.text).sorted(), budget: terms.budget?.decimal, maxTokens: terms.tokenBudget,
            unknownPrices: terms.allowsUnknownPrices ? UnknownPrices.allow.rawValue : nil, force: isForced ? true : nil)
        return SHA256.hash(data: try JSONResponse.data(canonical)).hexadecimal
    }

    /// The plan's targets, in the order of models, then regions.
    func targets(in registry: ModelRegistry) -> (targets: [SubmittedTarget], skipped: [SkippedTarget]) {
        var targets: [SubmittedTarget] = []
        var skipped: [SkippedTarget] = []
        for model in models {
            for region in regions {
                if let reason = skipReason(of: model, in: region, registry) {
                    skipped.append(SkippedTarget(model: model.id, region: region, reason: reason))
                } else {
                    targets.append(
                        SubmittedTarget(
                            certificationID: CertificationID(), target: registry.target(for: model, in: region),
                            modelName: model.name, unsupported: Self.unsupported(model)))
                }
            }
        }
        return (targets, skipped)
    }

    /// Why there is no target of the model in the region; nil when there is one.
    private func skipReason(of model: RegisteredModel, in region: Region, _ registry: ModelRegistry) -> String? {
        if !registry.isServed(model, in: region), let provider = registry.provider(model.provider) {
            return "\(model.name) is served by \(provider.name), which has no region \(region), "
                + "only \(provider.regions.map(\.id).listed)."
        }
        guard registry.invocationID(for: registry.target(for: model, in: region)) == nil else { return nil }
        return "\(model.name) needs an inference profile, and none is known for \(region)."
    }

    /// Why a target of the model ends before any call; nil when it does not.
    private static func unsupported(_ model: RegisteredModel) -> Reason? {
        guard model.isProviderConfigured else { return .providerNotConfigured(model.provider) }
        return model.unsupportedReason.map {
            Reason(
                code: "NOT_A_CHAT_MODEL", text: $0,
                remedy: "Ask for a chat model; GET /api/v1/models?certifiable=true lists them.")
        }
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
