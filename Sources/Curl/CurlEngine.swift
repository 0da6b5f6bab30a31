import Foundation

/// Outbound HTTP over one libcurl multi handle, which a thread of its own drives, and SMTP over one for each mail.
///
/// Connections are kept alive and reused. The thread ends with `shutdown()` or with the last reference to the engine.
package final class CurlEngine: Sendable {
    package struct Configuration: Sendable, Hashable {
        /// A file of PEM certificates to trust instead of the system's; nil for the system's.
        package var certificateAuthorityFile: String?
        /// How many idle connections are kept; from 1, default 100.
        package var maxIdleConnections: Int

        package init(certificateAuthorityFile: String? = nil, maxIdleConnections: Int = 100) {
            self.certificateAuthorityFile = certificateAuthorityFile
            self.maxIdleConnections = maxIdleConnections
        }
    }

    private let configuration: Configuration
    private let mailbox: LoopMailbox
    private let mails = TransferRoster()

    /// - Throws: `CurlError.Code.library` when libcurl cannot be initialised.
    package init(configuration: Configuration = Configuration()) throws(CurlError) {
        self.configuration = configuration
        let multi = try MultiHandle(maxIdleConnections: configuration.maxIdleConnections)
        mailbox = LoopMailbox(multi: multi)
        TransferLoop.start(multi: multi, mailbox: mailbox)
    }

    deinit {
        mailbox.post(.stop(nil))
    }

    /// Sends a request and waits for its whole answer, of any status.
    ///
    /// Cancelling the task closes the connection.
    package func send(_ request: HTTPRequest) async throws(CurlError) -> HTTPResponse {
        let transfer = try start(request)
        let head = try await transfer.head()
        var body = Data()
        let end = try await transfer.finish { body.append($0.bytes) }
        return HTTPResponse(status: head.status, headers: head.headers, body: body, timing: end.timing)
    }

    /// Sends a request and returns as soon as the answer's headers are complete, of any status.
    ///
    /// Cancelling the task, here or while reading the body, closes the connection.
    package func stream(_ request: HTTPRequest) async throws(CurlError) -> HTTPStream {
        let lifetime = TransferLifetime(transfer: try start(request), engine: self)
        let head = try await lifetime.transfer.head()
        return HTTPStream(
            status: head.status, headers: head.headers, started: lifetime.transfer.started,
            headersArrival: head.arrival, body: HTTPBody(lifetime: lifetime))
    }

    /// Sends one mail over a connection of its own and waits for the server to take it.
    ///
    /// - Throws: `smtpTransient`, `smtpPermanent`, `smtpLoginDenied` for what the server says, `encryptionUnavailable`
    ///   when it does not offer the encryption that `server` requires, `invalidAddress` for an address that was not
    ///   sent at all. After `connectionLost` and `timeout` the server may nevertheless have taken the mail.
    package func sendMail(_ mail: SMTPMail, via server: SMTPServer) async throws(CurlError) -> SMTPReply {
        try mail.validate()
        try server.timeouts.validate()
        return try await converse { [configuration] transfer throws(CurlError) in
            try Exchange(sending: mail, via: server, as: transfer, configuration: configuration)
        }
    }

    /// Connects to a mail server, encrypts and logs in as for a mail, says NOOP and leaves.
    ///
    /// - Throws: as `sendMail` does.
    package func greet(_ server: SMTPServer) async throws(CurlError) -> SMTPReply {
        try server.timeouts.validate()
        return try await converse { [configuration] transfer throws(CurlError) in
            try Exchange(greeting: server, as: transfer, configuration: configuration)
        }
    }

    /// libcurl waits for the replies to a message's end and to QUIT without giving way: a slow mail server would hold up
    /// every other transfer. So each SMTP session has a loop, and with it a thread, of its own.
    private func converse(_ makeExchange: (Transfer) throws(CurlError) -> Exchange) async throws(CurlError) -> SMTPReply
    {
        let multi = try MultiHandle(maxIdleConnections: 1)
        let mailLoop = LoopMailbox(multi: multi)
        let transfer = Transfer(mailbox: mailLoop)
        let exchange = try makeExchange(transfer)
        guard mails.add(transfer) else { throw CurlError(.shutDown) }
        TransferLoop.start(multi: multi, mailbox: mailLoop)
        mailLoop.post(.start(exchange))
        defer {
            mails.remove(transfer)
            mailLoop.post(.stop(nil))
        }
        let end = try await transfer.finish()
        return SMTPReply(code: end.responseCode, text: end.replyText)
    }

    /// Ends every transfer with `CurlError.Code.shutDown` and waits for the engine's thread to end. Later requests fail
    /// likewise.
    package func shutdown() async {
        for transfer in mails.close() { transfer.cancel(because: CurlError(.shutDown)) }
        await withCheckedContinuation { waiter in
            if !mailbox.post(.stop(waiter)) { waiter.resume() }
        }
    }

    private func start(_ request: HTTPRequest) throws(CurlError) -> Transfer {
        try request.validate()
        let transfer = Transfer(mailbox: mailbox)
        try submit(Exchange(sending: request, as: transfer, configuration: configuration))
        return transfer
    }

    private func submit(_ exchange: Exchange) throws(CurlError) {
        guard mailbox.post(.start(exchange)) else { throw CurlError(.shutDown) }
    }
}
