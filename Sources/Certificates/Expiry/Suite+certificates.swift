package import Certification
import Contracts
import Foundation

extension Suite {
    /// SHA-256 of the suite's canonical JSON, in lowercase hexadecimal.
    package var certificateDigest: String {
        get throws {
            try JSONDecoder().decode(JSONValue.self, from: try MessageCoding.encode(self)).canonicalDigest
        }
    }

    /// How long a certificate of the suite holds, in days.
    package var certificateLifetimeDays: Int { 7 }
}
