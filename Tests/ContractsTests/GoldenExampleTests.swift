import Contracts
import Foundation
import Testing

/// A JSON value, to compare documents without regard to the order of keys.
private enum JSONValue: Codable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

@Suite("The golden examples of contracts/examples")
struct GoldenExampleTests {
    private func roundTrip<Payload: Message>(_ payload: Payload.Type, _ typeName: String) throws {
        let golden = try RepositoryFile.data("contracts/examples/\(typeName).json")
        let message = try MessageCoding.decode(Payload.self, from: golden)
        #expect(message.type == MessageType(name: typeName, schemaVersion: Payload.schemaVersion))
        #expect(Payload.typeNames.contains(typeName))
        let written = try MessageCoding.encode(message)
        #expect(
            try JSONDecoder().decode(JSONValue.self, from: written)
                == JSONDecoder().decode(JSONValue.self, from: golden))
        #expect(try MessageCoding.decode(Payload.self, from: written) == message)
    }

    @Test("Each decodes, has the type that its file is named for, and encodes to itself")
    func examples() throws {
        try roundTrip(CertificationRequested.self, "certification.requested")
        try roundTrip(CertificationFinished.self, "certification.completed")
        try roundTrip(CertificationFinished.self, "certification.failed")
        try roundTrip(JobAccepted.self, "job.accepted")
        try roundTrip(JobFinished.self, "job.completed")
        try roundTrip(JobFinished.self, "job.failed")
        try roundTrip(JobFinished.self, "job.cancelled")
        try roundTrip(CertificateIssued.self, "certificate.issued")
        try roundTrip(CertificateDrifted.self, "certificate.drifted")
        try roundTrip(CertificateExpiring.self, "certificate.expiring")
        try roundTrip(CertificateRevoked.self, "certificate.revoked")
    }

    @Test("An unknown field is ignored, a missing one is an error that names it")
    func fields() throws {
        let golden = String(decoding: try RepositoryFile.data("contracts/examples/job.accepted.json"), as: UTF8.self)
        let extended = golden.replacing(#""lane": "normal""#, with: #""lane": "normal", "later": {"x": 1}"#)
        #expect(try MessageCoding.decode(JobAccepted.self, from: Data(extended.utf8)).lane == .normal)

        let shortened = golden.replacing(#""lane": "normal","#, with: "")
        let error = #expect(throws: DecodingError.self) {
            try MessageCoding.decode(JobAccepted.self, from: Data(shortened.utf8))
        }
        #expect("\(String(describing: error))".contains("lane"))
    }

    @Test(
        "A date that is none is refused",
        arguments: ["yesterday", "2026-11-21", "", "2026-13-41T09:00:00.000Z"])
    func badDates(text: String) throws {
        let golden = String(decoding: try RepositoryFile.data("contracts/examples/job.accepted.json"), as: UTF8.self)
        let broken = golden.replacing("2026-11-21T09:00:00.000Z", with: text)
        #expect(throws: DecodingError.self) {
            try MessageCoding.decode(JobAccepted.self, from: Data(broken.utf8))
        }
    }
}
