package import Foundation

/// One mail to one recipient: one SMTP transaction, so that the reply is about that recipient alone.
package struct SMTPMail: Sendable, Hashable {
    /// The envelope's sender, a bare ASCII address such as `certforge@example.org`.
    package var envelopeFrom: String
    /// The envelope's recipient, a bare ASCII address.
    package var recipient: String
    /// The message with its headers (RFC 5322). Bare CR and LF go out as CRLF.
    package var message: Data

    package init(envelopeFrom: String, recipient: String, message: Data) {
        self.envelopeFrom = envelopeFrom
        self.recipient = recipient
        self.message = message
    }
}

/// The mail server's last reply to a mail that it took.
package struct SMTPReply: Sendable, Hashable {
    /// 200–299.
    package let code: Int
    /// The reply's text, often with the server's own id of the mail. Untrusted.
    package let text: String

    package init(code: Int, text: String) {
        self.code = code
        self.text = text
    }
}
