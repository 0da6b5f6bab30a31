import Curl

/// An address with an optional name, as in `CertForge <certforge@example.org>` (RFC 5322 §3.4).
struct MailAddress: Sendable, Hashable {
    let name: String?
    /// A bare ASCII address.
    let address: String

    /// Nil when the text is neither an address nor a name with an address in angle brackets.
    init?(_ text: String) {
        let trimmed = text.trimmingPrefix { $0 == " " }
        if let open = trimmed.lastIndex(of: "<"), trimmed.hasSuffix(">") {
            address = String(trimmed[trimmed.index(after: open)...].dropLast())
            let rest = PlainText.line(trimmed[..<open]).trimmingPrefix { $0 == " " || $0 == "\"" }
            let name = String(rest.reversed().trimmingPrefix { $0 == " " || $0 == "\"" }.reversed())
            self.name = name.isEmpty ? nil : name
        } else {
            address = String(trimmed)
            name = nil
        }
        guard EnvelopeAddress.isValid(address) else { return nil }
    }

    /// What follows the `@`.
    var domain: String { String(address.drop { $0 != "@" }.dropFirst()) }

    /// As it stands in a header.
    var headerValue: String {
        guard let name else { return address }
        return "\(HeaderText.phrase(name)) <\(address)>"
    }
}
