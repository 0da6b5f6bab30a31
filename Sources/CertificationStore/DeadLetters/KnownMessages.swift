import Contracts
package import Foundation
import Messaging

/// The messages that CertForge's consumers read, so that a body can be checked before it is sent.
package enum KnownMessages {
    private static let all: [any Message.Type] = [
        CertificationRequested.self, JobAccepted.self, JobFinished.self, CertificationFinished.self,
        CertificateIssued.self, CertificateRevoked.self, CertificateDrifted.self, CertificateExpiring.self,
    ]

    /// Why no consumer could read a message of this type and body; nil when one could, or when the type is not
    /// CertForge's and nobody here can tell.
    package static func fault(of body: Data, type: String?, schemaVersion: Int?) -> String? {
        guard let type else { return "It has no type, so that no consumer knows what it is." }
        guard let known = all.first(where: { $0.typeNames.contains(type) }) else { return nil }
        guard schemaVersion == known.schemaVersion else {
            return
                "It is of version \(schemaVersion.map { "\($0)" } ?? "none"); version \(known.schemaVersion) is read."
        }
        do {
            try decode(known, from: body)
            return nil
        } catch {
            return "Its body is not a '\(type)': \(describe(error))"
        }
    }

    /// The request that a body is; nil when it is something else.
    static func request(_ body: Data, type: String?) -> CertificationRequested? {
        guard let type, CertificationRequested.typeNames.contains(type) else { return nil }
        return try? MessageCoding.decode(CertificationRequested.self, from: body)
    }

    private static func decode<Payload: Message>(_ type: Payload.Type, from body: Data) throws {
        _ = try MessageCoding.decode(type, from: body)
    }

    /// Which field, and what is wrong with it.
    private static func describe(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context):
            "the field '\(path(context.codingPath + [key]))' is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "the field '\(path(context.codingPath))' is of the wrong type."
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is no JSON." : "the field '\(path(context.codingPath))': \(context.debugDescription)."
        case nil: "it cannot be read."
        @unknown default: "it cannot be read."
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
    }
}
