import Contracts
import Foundation
import Postgres

/// An event of the notifier's queue: each is what a mail is about.
enum NotifiedEvent: Message {
    case jobFinished(JobFinished)
    case drifted(CertificateDrifted)
    case expiring(CertificateExpiring)
    case revoked(CertificateRevoked)

    /// That of each of them.
    static let schemaVersion = 1
    static let typeNames =
        JobFinished.typeNames + CertificateDrifted.typeNames + CertificateExpiring.typeNames
        + CertificateRevoked.typeNames

    var event: any Message {
        switch self {
        case .jobFinished(let event): event
        case .drifted(let event): event
        case .expiring(let event): event
        case .revoked(let event): event
        }
    }

    var type: MessageType { event.type }
    var jobID: JobID { event.jobID }
    var destination: MessageDestination { event.destination }

    static func decode(_ body: Data, typeName: String) throws -> NotifiedEvent {
        switch typeName {
        case _ where CertificateDrifted.typeNames.contains(typeName): .drifted(try MessageCoding.decode(from: body))
        case _ where CertificateExpiring.typeNames.contains(typeName): .expiring(try MessageCoding.decode(from: body))
        case _ where CertificateRevoked.typeNames.contains(typeName): .revoked(try MessageCoding.decode(from: body))
        default: .jobFinished(try MessageCoding.decode(from: body))
        }
    }

    /// Only the type's name tells which of them a body is; without it a body is the end of a job.
    init(from decoder: any Decoder) throws {
        self = .jobFinished(try JobFinished(from: decoder))
    }

    func encode(to encoder: any Encoder) throws {
        try event.encode(to: encoder)
    }

    /// Of a row that has a `report`, or a `notice` of a `kind`.
    init(row: PostgresRow) throws {
        switch try row.decodeIfPresent(String.self, "kind") {
        case nil: self = .jobFinished(try row.decode(JSONB<JobFinished>.self, "report").value)
        case "certificate.drifted": self = .drifted(try row.decode(JSONB<CertificateDrifted>.self, "notice").value)
        case "certificate.expiring": self = .expiring(try row.decode(JSONB<CertificateExpiring>.self, "notice").value)
        case "certificate.revoked": self = .revoked(try row.decode(JSONB<CertificateRevoked>.self, "notice").value)
        case let kind?:
            throw PostgresError(.decoding, message: "column kind holds the unknown name '\(kind)'")
        }
    }
}

extension MessageCoding {
    fileprivate static func decode<Payload: Decodable>(from body: Data) throws -> Payload {
        try decode(Payload.self, from: body)
    }
}
