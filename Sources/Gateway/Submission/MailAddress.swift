/// An e-mail address that is safe in an envelope and in a header: `local@domain` in plain ASCII, without quoting,
/// comments, address literals or anything that could end a header line.
struct MailAddress: Sendable, Hashable {
    enum Flaw: Error, Sendable, CaseIterable {
        case atSign, length, localPart, domain

        /// What to do about it, in a sentence.
        var advice: String {
            switch self {
            case .atSign: "An address has exactly one '@', as in ops@example.com."
            case .length: "An address has at most 254 characters, 64 of them before the '@'."
            case .localPart:
                "Before the '@' only ASCII letters, digits, single dots and !#$%&'*+-/=?^_`{|}~ are accepted."
            case .domain: "After the '@' a host name of ASCII letters, digits, hyphens and dots is expected."
            }
        }
    }

    /// The address with its domain in lower case, so that equal addresses are equal.
    let text: String

    /// Reads an address within the limits of RFC 5321 §4.5.3.1 and the dot-atom of RFC 5322 §3.2.3.
    init(_ text: String) throws(Flaw) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .atSign }
        guard text.utf8.count <= 254, parts[0].utf8.count <= 64 else { throw .length }
        guard Self.isDotAtom(parts[0]) else { throw .localPart }
        guard Self.isHostName(parts[1]) else { throw .domain }
        self.text = "\(parts[0])@\(parts[1].lowercased())"
    }

    private static func isDotAtom(_ text: Substring) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
    }

    private static func isHostName(_ text: Substring) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
