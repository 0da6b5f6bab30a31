import Contracts
import Crypto
package import Foundation

/// A key's name: the thumbprint of its public half (RFC 7638), so that no two keys share one.
package struct KeyID: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The public half of a key, with the time in which its signatures count.
package struct VerificationKey: Sendable, Hashable {
    package let id: KeyID
    /// The public key's 32 bytes in base64url.
    package let x: String
    /// Since when certificates are signed with it; nil when nobody has noted it.
    package var validFrom: Date?
    /// What was signed later does not count, for example because the key was stolen then; nil without such an end.
    package var validUntil: Date?

    init(_ key: Curve25519.Signing.PublicKey) {
        x = Base64URL.encode(key.rawRepresentation)
        id = Self.thumbprint(x)
    }

    /// - Throws: `SigningKeyError` when it is not 32 bytes in base64url without padding.
    package init(x: String, validFrom: Date? = nil, validUntil: Date? = nil) throws(SigningKeyError) {
        guard let bytes = Base64URL.decode(x), bytes.count == 32 else {
            throw SigningKeyError("has a field x that is not 32 bytes in base64url without padding")
        }
        self.x = x
        id = Self.thumbprint(x)
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    /// RFC 7638 §3: SHA-256 of the required members in lexicographic order; for Ed25519 those of RFC 8037 §2.
    private static func thumbprint(_ x: String) -> KeyID {
        let members = #"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"#
        return KeyID(rawValue: Base64URL.encode(Data(SHA256.hash(data: Data(members.utf8)))))
    }

    func isValid(_ signature: Data, of data: Data) -> Bool {
        guard let bytes = Base64URL.decode(x), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else {
            return false
        }
        return key.isValidSignature(signature, for: data)
    }
}

/// A key as JSON (RFC 7517, RFC 8037); `nbf` and `exp` are seconds since 1970, as in OpenID Federation's key history.
struct JSONWebKey: Codable {
    var kty: String
    var crv: String
    var x: String
    var d: String?
    var kid: String?
    var alg: String?
    var use: String?
    var nbf: Int?
    var exp: Int?
}

/// Public keys, each by its name: what is needed to verify certificates.
package struct KeySet: Sendable, Hashable {
    package private(set) var keys: [VerificationKey]

    /// Of keys with the same name the first one counts.
    package init(_ keys: [VerificationKey]) {
        self.keys = keys.reduce(into: []) { known, key in
            if !known.contains(where: { $0.id == key.id }) { known.append(key) }
        }
    }

    /// Reads a JSON Web Key Set, or a single key; private parts and keys of other kinds are passed over.
    ///
    /// - Throws: `SigningKeyError` when it is neither, or holds no key that could verify a certificate.
    package init(json: Data) throws(SigningKeyError) {
        let decoder = JSONDecoder()
        let found: [JSONWebKey]
        if let set = try? decoder.decode(Document.self, from: json) {
            found = set.keys.compactMap(\.key)
        } else if let key = try? decoder.decode(JSONWebKey.self, from: json) {
            found = [key]
        } else {
            throw SigningKeyError("set is neither a JSON Web Key Set nor a JSON Web Key")
        }
        let usable = found.filter { $0.kty == "OKP" && $0.crv == "Ed25519" }
        guard !usable.isEmpty else { throw SigningKeyError("set holds no Ed25519 key") }
        var keys: [VerificationKey] = []
        for key in usable {
            keys.append(
                try VerificationKey(
                    x: key.x, validFrom: key.nbf.map { Date(timeIntervalSince1970: Double($0)) },
                    validUntil: key.exp.map { Date(timeIntervalSince1970: Double($0)) }))
        }
        self.init(keys)
    }

    package subscript(id: KeyID) -> VerificationKey? { keys.first { $0.id == id } }

    /// The set as JSON, without white space.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(
            Document(
                keys: keys.map { key in
                    Document.Entry(
                        key: JSONWebKey(
                            kty: "OKP", crv: "Ed25519", x: key.x, kid: key.id.rawValue, alg: "EdDSA", use: "sig",
                            nbf: key.validFrom.map { Int($0.timeIntervalSince1970) },
                            exp: key.validUntil.map { Int($0.timeIntervalSince1970) }))
                }))
    }

    private struct Document: Codable {
        /// A key of any kind; nil when it is of one that has other fields.
        struct Entry: Codable {
            var key: JSONWebKey?

            init(key: JSONWebKey) { self.key = key }
            init(from decoder: any Decoder) throws { key = try? JSONWebKey(from: decoder) }
            func encode(to encoder: any Encoder) throws { try key?.encode(to: encoder) }
        }

        var keys: [Entry]
    }
}
