import Foundation

/// A mail server to hand mails to, and how to reach it.
package struct SMTPServer: Sendable, Hashable {
    package enum Encryption: String, Sendable, Hashable {
        /// Plain text; only where the network itself is trusted.
        case none
        /// STARTTLS before anything else; a server that does not offer it gets nothing (RFC 3207).
        case startTLS
        /// TLS from the first byte (RFC 8314 §3.3).
        case implicit
    }

    package struct Login: Sendable, Hashable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    package let host: String
    package let port: Int
    package let encryption: Encryption
    package let login: Login?
    /// How this client calls itself in EHLO.
    package let clientName: String
    /// A file of PEM certificates to trust instead of the system's.
    package let certificateAuthorityFile: String?
    /// Default: connect 10 s, total 60 s, idle 30 s.
    package var timeouts = TransferTimeouts(connect: .seconds(10), total: .seconds(60), idle: .seconds(30))

    /// Reads `smtp://user:password@host:587?starttls=required` or `smtps://user:password@host:465`.
    ///
    /// User name and password are percent-encoded. Options in the query: `starttls` is `required` (the default) or
    /// `never`, `ehlo` the name to say in EHLO (the machine's when missing), `cafile` a file of certificates to trust.
    /// The port defaults to 587, for `smtps` to 465.
    ///
    /// - Throws: `CurlError.Code.invalidRequest` with a `detail` that says what is wrong and never holds the password.
    package init(url: String) throws(CurlError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw Self.invalid("it is not a URL")
        }
        guard ["smtp", "smtps"].contains(scheme) else {
            throw Self.invalid("it does not start with smtp:// or smtps://")
        }
        guard let host = parts.host, Self.isHost(host) else { throw Self.invalid("it has no valid host") }
        guard parts.path.isEmpty || parts.path == "/", parts.fragment == nil else {
            throw Self.invalid("it has a path")
        }
        let options = try Self.options(of: parts)
        self.host = host
        port = parts.port ?? (scheme == "smtps" ? 465 : 587)
        guard (1...65_535).contains(port) else { throw Self.invalid("the port is out of range") }
        encryption = try Self.encryption(scheme: scheme, startTLS: options["starttls"])
        login = try Self.login(of: parts)
        clientName = options["ehlo"] ?? Self.machineName
        guard Self.isHost(clientName) else { throw Self.invalid("ehlo is no host name") }
        certificateAuthorityFile = options["cafile"]
    }

    /// libcurl says the path in EHLO.
    var curlURL: String {
        let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(encryption == .implicit ? "smtps" : "smtp")://\(bracketed):\(port)/\(clientName)"
    }

    private static func options(of parts: URLComponents) throws(CurlError) -> [String: String] {
        var options: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard ["starttls", "ehlo", "cafile"].contains(item.name), let value = item.value, options[item.name] == nil
            else {
                // Not quoted: a password with an unencoded "?" ends up here.
                throw invalid("it has an unknown, empty or repeated option; known are starttls, ehlo and cafile")
            }
            guard !value.utf8.contains(0) else { throw invalid("an option has a NUL") }
            options[item.name] = value
        }
        return options
    }

    private static func encryption(scheme: String, startTLS: String?) throws(CurlError) -> Encryption {
        switch (scheme, startTLS) {
        case ("smtps", nil): return .implicit
        case ("smtps", _): throw invalid("starttls does not go with smtps://")
        case (_, nil), (_, "required"): return .startTLS
        case (_, "never"): return .none
        default: throw invalid("starttls is neither required nor never")
        }
    }

    private static func login(of parts: URLComponents) throws(CurlError) -> Login? {
        guard let user = parts.user, !user.isEmpty else { return nil }
        let password = parts.password ?? ""
        let isPrintable = (user + password).utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        guard isPrintable else { throw invalid("the user name or password has a control character") }
        return Login(user: user, password: password)
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                default: ".-_:[]".utf8.contains(byte)
                }
            }
    }

    private static var machineName: String {
        let name = ProcessInfo.processInfo.hostName
        return isHost(name) ? name : "localhost"
    }

    private static func invalid(_ detail: String) -> CurlError {
        CurlError(.invalidRequest, detail: "the SMTP URL is not valid: \(detail)")
    }
}

extension SMTPServer: CustomStringConvertible, CustomDebugStringConvertible {
    /// Without user name and password.
    package var description: String { "\(encryption == .implicit ? "smtps" : "smtp")://\(host):\(port)" }
    package var debugDescription: String { "\(description), \(encryption.rawValue), login: \(login != nil)" }
}

extension SMTPServer.Login: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "•••" }
    package var debugDescription: String { description }
}
