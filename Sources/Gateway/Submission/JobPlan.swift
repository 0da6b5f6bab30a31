import Certification
import CertificationStore
import Contracts
import Crypto

/// A valid request to certify: what to certify where, each thing once.
struct JobPlan: Sendable {
    var selection: Selection
    var models: [RegisteredModel]
    var regions: [Region]
    /// Nil: the number of targets decides.
    var requestedLane: Lane?
    var suite: SuiteID
    var notify: [MailAddress]
    /// The suite's version of which a valid certificate is used again; nil: every target is certified.
    var reusableSuiteVersion: Int?
    /// Whether the request says that valid certificates are not used again.
    var isForced = false

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
    /// A digest of what is asked for: equal for requests that differ only in spelling, repetition or order.
    func fingerprint() throws -> String {
        let canonical = CanonicalRequest(
            selection: selection.rawValue, models: models.map(\.id.rawValue).sorted(),
            regions: regions.map(\.rawValue).sorted(), lane: requestedLane?.rawValue, suite: suite.rawValue,
            notify: notify.map(\.text).sorted(), force: isForced ? true : nil)
        return SHA256.hash(data: try JSONResponse.data(canonical)).hexadecimal
    }

    /// The plan's targets, in the order of models, then regions.
    func targets(in registry: ModelRegistry) -> (targets: [SubmittedTarget], skipped: [SkippedTarget]) {
        var targets: [SubmittedTarget] = []
        var skipped: [SkippedTarget] = []
        for model in models {
            for region in regions {
                let target = registry.target(for: model, in: region)
                if registry.invocationID(for: target) == nil {
                    skipped.append(
                        SkippedTarget(
                            model: model.id, region: region,
                            reason: "\(model.name) needs an inference profile, and none is known for \(region)."))
                } else {
                    targets.append(
                        SubmittedTarget(
                            certificationID: CertificationID(), target: target, modelName: model.name,
                            unsupported: model.unsupportedReason.map(Self.notAChatModel)))
                }
            }
        }
        return (targets, skipped)
    }

    private static func notAChatModel(_ reason: String) -> Reason {
        Reason(
            code: "NOT_A_CHAT_MODEL", text: reason,
            remedy: "Ask for a chat model; GET /api/v1/models?certifiable=true lists them.")
    }
}

private struct CanonicalRequest: Encodable {
    var selection: String
    var models: [String]
    var regions: [String]
    var lane: String?
    var suite: String
    var notify: [String]
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
