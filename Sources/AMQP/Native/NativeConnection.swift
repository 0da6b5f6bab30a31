import CRabbitMQ
import Foundation
import Glibc

/// The one owner of a librabbitmq connection.
///
/// librabbitmq is not thread-safe: an instance is made, used and released on the connection's loop thread, which is
/// why it is not Sendable.
final class NativeConnection {
    let handle: amqp_connection_state_t
    let arena = WireArena()
    let writeTimeout: Duration

    /// Opens the socket, does the TLS and AMQP handshakes and blocks meanwhile, for the configured times at most.
    init(_ configuration: AMQPConfiguration) throws(AMQPError) {
        guard let handle = amqp_new_connection() else {
            throw AMQPError(.outOfMemory, message: "There is no memory for a connection.")
        }
        self.handle = handle
        writeTimeout = configuration.writeTimeout
        try open(configuration)
        try login(configuration)
        try setWriteTimeout(writeTimeout)
    }

    deinit {
        // Closes the socket too; with nothing to report to, a failure of the close changes nothing.
        amqp_destroy_connection(handle)
    }

    /// For `poll`; nothing else may read from it or write to it.
    var fileDescriptor: Int32 { amqp_get_sockfd(handle) }
    /// The negotiated largest frame in bytes.
    var frameLimit: Int { Int(amqp_get_frame_max(handle)) }
    /// The negotiated highest channel number.
    var channelLimit: UInt16 { UInt16(clamping: amqp_get_channel_max(handle)) }
    /// The negotiated interval in seconds; zero when there are no heartbeats.
    var heartbeat: Duration { .seconds(Int(amqp_get_heartbeat(handle))) }

    /// Makes the kernel give the connection up when its peer takes no data for `timeout`; zero for never. A write that
    /// began when there was room would otherwise wait for ever inside librabbitmq (tcp(7), `TCP_USER_TIMEOUT`).
    func setWriteTimeout(_ timeout: Duration) throws(AMQPError) {
        var milliseconds = UInt32(clamping: timeout.milliseconds)
        let status = setsockopt(
            fileDescriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
        guard status == 0 else {
            throw AMQPError(.connectFailed, message: "The write timeout cannot be set: \(Self.systemError(errno)).")
        }
    }

    /// - Throws: the error for a librabbitmq status that is not OK.
    static func check(_ status: Int32, _ what: String) throws(AMQPError) {
        guard status != AMQP_STATUS_OK.rawValue else { return }
        throw AMQPError(status: status, what)
    }

    static func systemError(_ number: Int32) -> String { String(cString: strerror(number)) }

    private func open(_ configuration: AMQPConfiguration) throws(AMQPError) {
        let newSocket = configuration.tls == nil ? amqp_tcp_socket_new(handle) : amqp_ssl_socket_new(handle)
        guard let socket = newSocket else {
            throw AMQPError(.outOfMemory, message: "There is no memory for a socket.")
        }
        if let tls = configuration.tls { try secure(socket, tls) }
        var timeout = timeval(configuration.connectTimeout)
        try Self.check(amqp_set_handshake_timeout(handle, &timeout), "setting the handshake timeout")
        try Self.check(amqp_set_rpc_timeout(handle, &timeout), "setting the request timeout")
        errno = 0
        let status = amqp_socket_open_noblock(socket, configuration.host, Int32(configuration.port), &timeout)
        let cause = errno
        guard status != AMQP_STATUS_OK.rawValue else { return }
        throw AMQPError(connectStatus: status, systemError: cause, to: "\(configuration.host):\(configuration.port)")
    }

    private func secure(_ socket: OpaquePointer, _ tls: AMQPTLS) throws(AMQPError) {
        amqp_ssl_socket_set_verify_peer(socket, tls.verifiesPeer ? 1 : 0)
        amqp_ssl_socket_set_verify_hostname(socket, tls.verifiesPeer ? 1 : 0)
        if tls.verifiesPeer {
            let file = tls.certificateAuthorityFile ?? AMQPTLS.systemCertificates
            guard amqp_ssl_socket_set_cacert(socket, file) == AMQP_STATUS_OK.rawValue else {
                throw AMQPError(.invalidConfiguration, message: "The certificates in '\(file)' cannot be read.")
            }
        }
        if let certificate = tls.clientCertificateFile {
            let key = tls.clientKeyFile ?? certificate
            guard amqp_ssl_socket_set_key(socket, certificate, key) == AMQP_STATUS_OK.rawValue else {
                throw AMQPError(
                    .invalidConfiguration, message: "The client certificate '\(certificate)' cannot be used.")
            }
        }
    }

    private func login(_ configuration: AMQPConfiguration) throws(AMQPError) {
        let properties: AMQPTable = [
            "connection_name": .string(configuration.connectionName),
            "product": "certforge",
            "capabilities": .table([
                "publisher_confirms": true, "basic.nack": true, "consumer_cancel_notify": true,
                "connection.blocked": true, "authentication_failure_close": true,
            ]),
        ]
        let reply = try arena.withWrittenValues { arena throws(AMQPError) in
            var table = try arena.write(properties)
            return certforge_amqp_login_plain(
                handle, configuration.virtualHost, 2047, AMQP_DEFAULT_FRAME_SIZE,
                Int32(clamping: configuration.heartbeat.components.seconds), &table, configuration.user,
                configuration.password)
        }
        guard reply.reply_type != AMQP_RESPONSE_NORMAL else { return }
        throw AMQPError(loginReply: reply)
    }
}

extension AMQPError {
    init(status: Int32, _ what: String) {
        let code: Code =
            switch status {
            case AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue: .heartbeatMissed
            case AMQP_STATUS_NO_MEMORY.rawValue: .outOfMemory
            case AMQP_STATUS_BAD_AMQP_DATA.rawValue, AMQP_STATUS_UNKNOWN_CLASS.rawValue,
                AMQP_STATUS_UNKNOWN_METHOD.rawValue, AMQP_STATUS_UNEXPECTED_STATE.rawValue,
                AMQP_STATUS_WRONG_METHOD.rawValue, AMQP_STATUS_TABLE_TOO_BIG.rawValue:
                .protocolViolation
            default: .connectionLost
            }
        self.init(code, libraryCode: status, message: "\(what): \(String(cString: amqp_error_string2(status)))")
    }

    fileprivate init(connectStatus status: Int32, systemError: Int32, to address: String) {
        let code: Code =
            switch status {
            case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue: .nameResolutionFailed
            case AMQP_STATUS_TIMEOUT.rawValue: .connectTimedOut
            case (-0x02ff)...(-0x0200): .tlsFailed
            default: .connectFailed
            }
        let cause = systemError == 0 || code == .tlsFailed ? "" : ", \(NativeConnection.systemError(systemError))"
        let library = String(cString: amqp_error_string2(status))
        self.init(code, libraryCode: status, message: "connecting to \(address): \(library)\(cause)")
    }

    fileprivate init(loginReply reply: amqp_rpc_reply_t) {
        guard reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION, reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD,
            let close = reply.reply.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
        else {
            let status = reply.library_error
            let code: Code = status == AMQP_STATUS_TIMEOUT.rawValue ? .connectTimedOut : .connectFailed
            self.init(
                code, libraryCode: status, message: "AMQP handshake: \(String(cString: amqp_error_string2(status)))")
            return
        }
        let text = String(close.reply_text)
        // During the handshake 403 is about the credentials; librabbitmq reports nothing finer.
        if close.reply_code == 403 {
            self.init(.authenticationFailed, replyCode: 403, message: text)
        } else {
            self.init(closedWith: Int(close.reply_code), text: text)
        }
    }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, so that a short wait does not become none.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
