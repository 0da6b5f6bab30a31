import Contracts
import Crypto
import Foundation

/// The private half of an Ed25519 key that certificates are signed with. Never shown by its description.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    package let publicKey: VerificationKey

    /// A new random key.
    package init() { self.init(Curve25519.Signing.PrivateKey()) }

    private init(_ key: Curve25519.Signing.PrivateKey) {
        self.key = key
        publicKey = VerificationKey(key.publicKey)
    }

    /// Reads a JSON Web Key of the type `OKP`, curve `Ed25519`, with its private part (RFC 8037 §2), or PKCS #8 in PEM as
    /// `openssl genpkey -algorithm ed25519` writes it (RFC 8410 §7).
    ///
    /// - Throws: `SigningKeyError`, which never holds a part of the text.
    package init(text: String) throws(SigningKeyError) {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.hasPrefix("{") else {
            self = try Self.pem(trimmed)
            return
        }
        guard let jwk = try? JSONDecoder().decode(JSONWebKey.self, from: Data(trimmed.utf8)) else {
            throw SigningKeyError("is no JSON Web Key: it needs the fields kty, crv, x and d")
        }
        guard jwk.kty == "OKP", jwk.crv == "Ed25519" else {
            throw SigningKeyError("is not of kty OKP and crv Ed25519; certificates are signed with no other kind")
        }
        guard let secret = jwk.d else { throw SigningKeyError("has no field d: it is a public key") }
        guard let bytes = Base64URL.decode(secret),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { throw SigningKeyError("has a field d that is not 32 bytes in base64url without padding") }
        self.init(key)
        guard jwk.x == publicKey.x else { throw SigningKeyError("has a field x that is not the public half of its d") }
    }

    private static func pem(_ text: String) throws(SigningKeyError) -> SigningKey {
        let header = "-----BEGIN PRIVATE KEY-----"
        let footer = "-----END PRIVATE KEY-----"
        guard text.hasPrefix(header), text.hasSuffix(footer) else {
            throw SigningKeyError("is neither a JSON Web Key nor PEM that begins with \(header)")
        }
        let body = text.dropFirst(header.count).dropLast(footer.count).filter { !$0.isWhitespace }
        // PrivateKeyInfo of version 0 with the algorithm 1.3.101.112 and 32 bytes of key, in DER.
        let prefix = Data([0x30, 0x2E, 0x02, 0x01, 0, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20])
        guard let data = Data(base64Encoded: String(body)), data.starts(with: prefix), data.count == prefix.count + 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: data.dropFirst(prefix.count))
        else { throw SigningKeyError("is PEM, but holds no Ed25519 private key as PKCS #8") }
        return SigningKey(key)
    }

    /// The whole key as JSON, to be kept secret.
    package var privateJSON: String {
        let secret = Base64URL.encode(key.rawRepresentation)
        let kid = publicKey.id.rawValue
        return
            #"{"alg":"EdDSA","crv":"Ed25519","d":"\#(secret)","kid":"\#(kid)","kty":"OKP","use":"sig","x":"\#(publicKey.x)"}"#
    }

    /// An Ed25519 signature (RFC 8032).
    func signature(of data: Data) throws -> Data { try key.signature(for: data) }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "SigningKey(\(publicKey.id))" }
    package var debugDescription: String { description }
}

/// Why a text is no signing key, completing the sentence "The key …".
package struct SigningKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    package let problem: String

    init(_ problem: String) { self.problem = problem }

    package var description: String { "The key \(problem)." }
}
