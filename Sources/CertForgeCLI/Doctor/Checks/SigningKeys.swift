import Certificates
import Foundation
import Postgres
import ServiceRuntime

extension Check {
    /// Whether certificates are signed, and with a key that is published. The private key need not be here.
    static let signingKeys = Check("signing keys") { surroundings in
        let own = try ownKey(surroundings.settings)
        // Before its migration the check of the migrations tells what is missing.
        guard try await surroundings.hasTable("certification.certificates") else { return [] }
        let keys = try await surroundings.query(
            "SELECT id FROM certification.signing_keys WHERE valid_until IS NULL OR valid_until > now()")
        let unsigned = try await surroundings.query(
            """
            SELECT count(*) AS number FROM certification.certificates
            WHERE jws IS NULL AND issued_at > now() - interval '1 day'
            """)
        let stored = Set(try keys.map { try $0.decode(String.self, "id") })
        var findings = judge(
            signingKey: own, stored: stored, unsigned: try unsigned.first?.decode(Int.self, "number") ?? 0)
        guard !stored.isEmpty, let url = try surroundings.settings.optionalText("CERTFORGE_URL"),
            GatewayAddress.isAddress(url)
        else {
            return findings
        }
        do {
            let answer = try await GatewayClient(address: url, token: nil).download("/api/v1/keys")
            let published = Set(try KeySet(json: answer).keys.map(\.id.rawValue))
            findings += judge(published: published, by: url, stored: stored)
        } catch {
            findings.append(
                .unchecked(
                    "The gateway at \(url) does not tell its public keys: \("\(error)".terminalSafe)",
                    cure: "See the check 'gateway'."))
        }
        return findings
    }

    /// The id of the key that is set here; nil for none.
    private static func ownKey(_ settings: ServiceSettings) throws -> String? {
        guard let text = try settings.optionalText("CERTIFICATE_SIGNING_KEY") else { return nil }
        do throws(SigningKeyError) {
            return try SigningKey(text: text).publicKey.id.rawValue
        } catch {
            throw ConfigurationFailure(key: "CERTIFICATE_SIGNING_KEY", problem: error.problem)
        }
    }

    /// `stored` are the ids of the keys that hold; `unsigned` counts the certificates of the last day without a signature.
    static func judge(signingKey own: String?, stored: Set<String>, unsigned: Int) -> [Finding] {
        let cure =
            "'certforge keys generate' makes a key; point CERTIFICATE_SIGNING_KEY_FILE of every gateway and processor at it."
        if own == nil, stored.isEmpty {
            return [
                .warning(
                    "No signing key is configured.", why: "Certificates are recorded unsigned; nobody can verify them.",
                    cure: cure)
            ]
        }
        var findings: [Finding] = []
        if let own, !stored.contains(own) {
            findings.append(
                .warning(
                    "The key \(own) of CERTIFICATE_SIGNING_KEY is not published, or was retired.",
                    why: "What it signs cannot be verified.",
                    cure: "Start a gateway or processor with it, which publishes it; replace it when it was retired."))
        }
        if unsigned > 0 {
            findings.append(
                .warning(
                    "\(unsigned) certificates of the last day are unsigned.",
                    why: "A processor runs without the key; nobody can verify what it certifies.", cure: cure))
        }
        return findings
    }

    /// `published` are the ids of the keys that the gateway at `url` tells, `stored` those that it should.
    static func judge(published: Set<String>, by url: String, stored: Set<String>) -> [Finding] {
        stored.subtracting(published).sorted().map { id in
            .error(
                "The gateway at \(url) does not publish the key \(id).",
                why: "Whoever verifies with its keys takes good certificates for forged.",
                cure: "Check that it uses the same database, and that no cache in front of it is older than 5 minutes.")
        }
    }
}
