import CCurl
import Foundation

extension Exchange {
    /// Sets up the SMTP transaction of a validated mail.
    convenience init(
        sending mail: SMTPMail, via server: SMTPServer, as transfer: Transfer, configuration: CurlEngine.Configuration
    ) throws(CurlError) {
        let upload = StableBytes(mail.wireMessage)
        try self.init(talkingTo: server, upload: upload, as: transfer, configuration: configuration)
        try easy.set(CURLOPT_MAIL_FROM, "<\(mail.envelopeFrom)>")
        try easy.set(CURLOPT_MAIL_RCPT, list: ["<\(mail.recipient)>"])
        try easy.set(CURLOPT_UPLOAD, true)
        try easy.setOffset(CURLOPT_INFILESIZE_LARGE, upload.count)
        try readUploadOnDemand()
    }

    /// Sets up a session that does nothing but greet and, where a login is given, log in.
    convenience init(
        greeting server: SMTPServer, as transfer: Transfer, configuration: CurlEngine.Configuration
    ) throws(CurlError) {
        try self.init(talkingTo: server, upload: StableBytes(Data()), as: transfer, configuration: configuration)
        try easy.set(CURLOPT_CUSTOMREQUEST, "NOOP")
        // Only to be asked whether the session is still wanted.
        try readUploadOnDemand()
    }

    private convenience init(
        talkingTo server: SMTPServer, upload: StableBytes, as transfer: Transfer,
        configuration: CurlEngine.Configuration
    ) throws(CurlError) {
        try self.init(
            transfer: transfer, kind: .mail, upload: upload,
            limits: Limits(idle: server.timeouts.idle, headerBytes: .max, bodyBytes: .max))
        try setCommonOptions(
            protocols: "smtp,smtps", timeouts: server.timeouts, configuration: configuration)
        // What limits the wait for the reply to the message's end, which libcurl spends without giving way to the loop.
        if let idle = server.timeouts.idle { try easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, idle.wholeSeconds) }
        try easy.set(CURLOPT_URL, server.curlURL)
        try easy.set(CURLOPT_USE_SSL, server.encryption.useSSL)
        if let file = server.certificateAuthorityFile { try easy.set(CURLOPT_CAINFO, file) }
        if let login = server.login {
            try easy.set(CURLOPT_USERNAME, login.user)
            try easy.set(CURLOPT_PASSWORD, login.password)
        }
        // A server may close an idle connection at any time, and between two mails there may be days.
        try easy.set(CURLOPT_FRESH_CONNECT, true)
        try easy.set(CURLOPT_FORBID_REUSE, true)
    }
}

extension SMTPServer.Encryption {
    fileprivate var useSSL: Int {
        switch self {
        case .none: Int(CURLUSESSL_NONE.rawValue)
        case .startTLS, .implicit: Int(CURLUSESSL_ALL.rawValue)
        }
    }
}
