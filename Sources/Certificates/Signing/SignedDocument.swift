package import Foundation

/// A JSON Web Signature in compact form (RFC 7515 §3.1), signed with EdDSA (RFC 8037).
package struct SignedDocument: Sendable, Hashable {
    /// What a signature is for. The header says it, so that one kind cannot pass for another (RFC 8725 §3.11).
    package enum Kind: String, Sendable {
        case certificate = "certforge-certificate+jws"
        case revocations = "certforge-revocations+jws"

        /// The longest text that is read, in bytes. A list grows with every revocation.
        var limit: Int {
            switch self {
            case .certificate: 262_144
            case .revocations: 16_777_216
            }
        }

        var contentType: String {
            switch self {
            case .certificate: "vnd.in-toto+json"
            case .revocations: "json"
            }
        }
    }

    /// Why a text is no signed document, completing the sentence "The document …".
    package enum Fault: Error, Sendable, Hashable {
        /// It is not three parts in base64url, or too long, or its header is none.
        case malformed(String)
        /// Its header names another algorithm than EdDSA.
        case algorithm
        /// Its header says that it is something else.
        case kind
        case unknownKey(KeyID)
        /// The signature is not the key's, or not of these bytes.
        case signature(KeyID)
    }

    package let key: VerificationKey
    package let payload: Data

    private struct Header: Codable {
        var alg: String
        var cty: String?
        var kid: String
        var typ: String
        /// Names of parameters that whoever does not know them must not pass over (RFC 7515 §4.1.11); none is known here.
        var crit: [String]?
    }

    /// Signs a payload.
    package static func sign(_ payload: Data, as kind: Kind, with key: SigningKey) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = Header(
            alg: "EdDSA", cty: kind.contentType, kid: key.publicKey.id.rawValue, typ: kind.rawValue)
        let input = "\(Base64URL.encode(try encoder.encode(header))).\(Base64URL.encode(payload))"
        return "\(input).\(Base64URL.encode(try key.signature(of: Data(input.utf8))))"
    }

    /// Reads a document and checks everything about it but what its payload says.
    package init(_ text: String, kind: Kind, keys: KeySet) throws(Fault) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count <= kind.limit else {
            throw .malformed("is longer than \(kind.limit) bytes")
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("is not three parts with a point between them") }
        guard let head = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed("has a part that is not base64url without padding") }
        guard let header = try? JSONDecoder().decode(Header.self, from: head) else {
            throw .malformed("has a header without alg, kid and typ")
        }
        guard header.alg == "EdDSA" else { throw .algorithm }
        guard header.typ == kind.rawValue else { throw .kind }
        guard header.crit == nil else { throw .malformed("has a critical header parameter, and none is known") }
        let id = KeyID(rawValue: header.kid)
        guard let key = keys[id] else { throw .unknownKey(id) }
        guard key.isValid(signature, of: Data("\(parts[0]).\(parts[1])".utf8)) else { throw .signature(id) }
        self.key = key
        self.payload = payload
    }
}
