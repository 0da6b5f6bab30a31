import Foundation

/// A mail with a text and an HTML form of the same content.
struct MailMessage: Sendable {
    var from: MailAddress
    /// A bare address.
    var recipient: String
    var subject: String
    var date: Date
    /// With its angle brackets.
    var messageID: String
    /// Further headers, for example for tracing.
    var extraHeaders: [(name: String, value: String)]
    var text: String
    var html: String

    /// The message as it is handed to the mail server, its lines ended by CRLF (RFC 5322, RFC 2046 §5.1.4).
    func encoded() -> Data {
        let boundary = Self.boundary(for: messageID)
        let headers =
            [
                HeaderText.field("Date", Self.format(date)),
                "From: \(from.headerValue)",
                "To: \(PlainText.line(recipient))",
                HeaderText.field("Subject", subject),
                "Message-ID: \(PlainText.line(messageID))",
                "MIME-Version: 1.0",
                "Auto-Submitted: auto-generated",
            ] + extraHeaders.map { HeaderText.field($0.name, $0.value) } + [
                "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\""
            ]
        let body =
            Self.part("text/plain", text, boundary: boundary) + Self.part("text/html", html, boundary: boundary)
            + "--\(boundary)--\r\n"
        return Data((headers.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private static func part(_ type: String, _ content: String, boundary: String) -> String {
        """
        --\(boundary)\r
        Content-Type: \(type); charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        \r
        \(QuotedPrintable.encode(content))\r

        """
    }

    /// Cannot occur in a part, because quoted-printable writes "=" only before hexadecimal digits and line ends.
    private static func boundary(for messageID: String) -> String {
        let name = messageID.utf8.filter { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) }.prefix(32)
        return "=_certforge_\(String(decoding: name, as: UTF8.self))"
    }

    /// RFC 5322 §3.3, always in UTC.
    static func format(_ date: Date) -> String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\
                :\(minute: .twoDigits):\(second: .twoDigits) +0000
                """,
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return date.formatted(style)
    }
}
