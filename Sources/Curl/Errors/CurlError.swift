/// Why a transfer failed.
package struct CurlError: Error, Sendable, Hashable {
    package enum Code: Sendable, Hashable {
        /// Refused before libcurl saw it: a malformed URL, a header with a line break, a limit out of range.
        case invalidRequest
        /// Refused before libcurl saw it: an envelope address that could smuggle SMTP commands.
        case invalidAddress
        case nameLookup
        /// The host's address is none that the request may connect to.
        case addressRefused
        case connect
        /// The handshake failed or the certificate is not trusted.
        case tls
        /// The mail server does not offer the encryption that is required of it.
        case encryptionUnavailable
        case timeout(Timeout)
        /// The connection broke, or the answer ended early.
        case connectionLost
        /// The peer does not speak the protocol.
        case protocolViolation
        /// The answer's headers or body exceed the request's limit.
        case tooLarge
        /// The task was cancelled or the stream dropped.
        case cancelled
        /// The engine is shut down.
        case shutDown
        /// The mail server refused the user name and password with this reply code.
        case smtpLoginDenied(Int)
        /// The mail server asks to try again later, with this reply code, 400–499.
        case smtpTransient(Int)
        /// The mail server refuses for good, with this reply code, 500–599.
        case smtpPermanent(Int)
        /// Anything else: `curlCode` says what.
        case library
    }

    package enum Timeout: String, Sendable, Hashable {
        case connect
        case total
        case idle
    }

    package let code: Code
    /// libcurl's `CURLcode`; nil when the error did not come from libcurl.
    package let curlCode: Int32?
    /// What libcurl or the peer said. May hold host names and text of the peer: not safe to show anyone.
    package let detail: String

    package init(_ code: Code, curlCode: Int32? = nil, detail: String = "") {
        self.code = code
        self.curlCode = curlCode
        self.detail = detail
    }

    /// The mail server's reply code behind the error; nil when there was none.
    package var replyCode: Int? {
        switch code {
        case .smtpLoginDenied(let code), .smtpTransient(let code), .smtpPermanent(let code): code
        default: nil
        }
    }

    /// Whether the same transfer may succeed later.
    package var isRetriable: Bool {
        switch code {
        case .nameLookup, .connect, .tls, .timeout, .connectionLost, .smtpTransient: true
        case .smtpLoginDenied(let code): (400...499).contains(code)
        case .invalidRequest, .invalidAddress, .addressRefused, .encryptionUnavailable, .protocolViolation, .tooLarge,
            .cancelled,
            .shutDown,
            .smtpPermanent, .library:
            false
        }
    }

    /// Whether no transfer can succeed until somebody changes the configuration.
    package var isFatal: Bool {
        switch code {
        case .encryptionUnavailable, .shutDown: true
        case .smtpLoginDenied: !isRetriable
        default: false
        }
    }

    /// A fixed short name, fit for a metric's label.
    package var label: String {
        switch code {
        case .invalidRequest: "invalid-request"
        case .invalidAddress: "invalid-address"
        case .nameLookup: "name-lookup"
        case .addressRefused: "address-refused"
        case .connect: "connect"
        case .tls: "tls"
        case .encryptionUnavailable: "encryption-unavailable"
        case .timeout(let timeout): "timeout-\(timeout.rawValue)"
        case .connectionLost: "connection-lost"
        case .protocolViolation: "protocol-violation"
        case .tooLarge: "too-large"
        case .cancelled: "cancelled"
        case .shutDown: "shut-down"
        case .smtpLoginDenied: "smtp-login-denied"
        case .smtpTransient: "smtp-transient"
        case .smtpPermanent: "smtp-permanent"
        case .library: "library"
        }
    }
}

extension CurlError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Safe to show anyone.
    package var description: String {
        switch code {
        case .invalidRequest: "The request is malformed and was not sent."
        case .invalidAddress: "The e-mail address is not acceptable."
        case .nameLookup: "The server's name could not be resolved."
        case .addressRefused: "The server's address is in a private or reserved network, which may not be called."
        case .connect: "The server could not be reached."
        case .tls: "The encrypted connection could not be set up."
        case .encryptionUnavailable: "The mail server does not offer encryption, which is required."
        case .timeout(.connect): "The server could not be reached in time."
        case .timeout(.total): "The transfer took too long."
        case .timeout(.idle): "The server was silent for too long."
        case .connectionLost: "The connection was lost."
        case .protocolViolation: "The server's answer is malformed."
        case .tooLarge: "The server's answer is too large."
        case .cancelled: "The transfer was cancelled."
        case .shutDown: "The transfer engine is shut down."
        case .smtpLoginDenied(let code): "The mail server refused the login with code \(code)."
        case .smtpTransient(let code): "The mail server refused for now with code \(code)."
        case .smtpPermanent(let code): "The mail server refused with code \(code)."
        case .library: "The transfer failed."
        }
    }

    package var debugDescription: String {
        let library = curlCode.map { ", libcurl \($0)" } ?? ""
        return "CurlError(\(label)\(library)\(detail.isEmpty ? "" : "): \(detail)")\(detail.isEmpty ? ")" : "")"
    }
}
