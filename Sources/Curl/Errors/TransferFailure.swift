import CCurl

/// What is known of a transfer that libcurl gave up.
struct TransferFailure {
    var result: CURLcode
    /// The last SMTP reply's code; 0 for HTTP and when none came.
    var replyCode: Int
    var replyText: String
    var detail: String
    var isConnected: Bool
}

extension CurlError {
    init(_ failure: TransferFailure) {
        let reply = failure.replyText.isEmpty ? "" : " (\(failure.replyText))"
        self.init(
            Self.code(of: failure), curlCode: Int32(failure.result.rawValue), detail: failure.detail + reply)
    }

    /// libcurl has one code for a refusal of either kind, `CURLE_SEND_ERROR`: only the reply's code tells them apart.
    private static func code(of failure: TransferFailure) -> Code {
        switch failure.result {
        case CURLE_USE_SSL_FAILED: .encryptionUnavailable
        case CURLE_LOGIN_DENIED where failure.replyCode >= 400: .smtpLoginDenied(failure.replyCode)
        case CURLE_OPERATION_TIMEDOUT: .timeout(failure.isConnected ? .total : .connect)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameLookup
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            .tls
        case _ where (400...499).contains(failure.replyCode): .smtpTransient(failure.replyCode)
        case _ where (500...599).contains(failure.replyCode): .smtpPermanent(failure.replyCode)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .connectionLost
        case CURLE_URL_MALFORMAT: .invalidRequest
        // The request's own scheme was checked before: this is an answer that is no HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: .protocolViolation
        default: .library
        }
    }
}
