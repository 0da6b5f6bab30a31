import Certification
import Curl
import Foundation

extension ProviderError {
    // Enough to see what it is; a proxy's page may be long.
    private static let quotedCharacters = 2_000

    /// From an answer whose status is not 200.
    init(chatStatus status: Int, headers: HTTPHeaders, body: Data, now: Date) {
        let error = ChatErrorBody(body)
        let message = error?.text ?? String(decoding: body.prefix(4 * Self.quotedCharacters), as: UTF8.self)
        let category = ChatErrorClassifier.category(
            status: status, code: error?.code ?? "", type: error?.type ?? "", message: message)
        self.init(
            category: category, code: error?.name ?? "", quoting: message, httpStatus: status,
            requestID: headers.chatRequestID)
        retryAfter =
            ChatRetryHint(headers, category: category, now: now).delay
            ?? error?.estimatedSeconds.flatMap { ChatRetryHint.bounded(seconds: $0) }
    }

    /// From an error where an answer, or a piece of one, should be, after HTTP 200.
    ///
    /// What the error says of itself is believed where it is precise: a full minute is a throttle, wherever it is told. All
    /// else is a stream that failed.
    init(insideAnswer body: Data, requestID: String?) {
        let error = ChatErrorBody(body)
        let message = error?.text ?? String(decoding: body.prefix(4 * Self.quotedCharacters), as: UTF8.self)
        let category = ChatErrorClassifier.category(
            status: error?.status, code: error?.code ?? "", type: error?.type ?? "", message: message)
        let isPrecise =
            switch category {
            case .unknown, .serviceInternal, .serviceUnavailable, .validation, .modelError: false
            default: true
            }
        self.init(
            category: isPrecise ? category : .streamError, code: error?.name ?? "", quoting: message, httpStatus: nil,
            requestID: requestID)
    }

    private init(
        category: ErrorCategory, code: String, quoting message: String, httpStatus: Int?, requestID: String?
    ) {
        self.init(
            category: category, code: String(code.prefix(100)), message: String(message.prefix(Self.quotedCharacters)),
            httpStatus: httpStatus, requestID: requestID, limit: ChatErrorFacts.limit(in: message, category),
            refusedParameters: ChatErrorFacts.refusedParameters(in: message, category))
        limitsOnlyThisRequest = category == .maxTokensCap && ChatErrorFacts.room(in: message) != nil
    }

    /// From a transfer that brought no whole answer. Once it has begun to answer, a lost connection is a stream that broke off.
    init(chatTransfer error: CurlError, isAnswering: Bool) {
        self.init(error)
        switch error.code {
        case .tooLarge, .protocolViolation: category = isAnswering ? .streamError : .serviceInternal
        case _ where isAnswering && category == .network: category = .streamError
        default: break
        }
    }
}
