import Certification
import Curl
import Foundation

extension ProviderError {
    // Enough to see what it is; a proxy's page may be long.
    private static let quotedCharacters = 2_000
    /// What is read of a message: a server decides how long it is, and each pattern goes through all of it.
    private static let readBytes = 8 * 1024

    /// From an answer whose status is not 200. A server may quote the API key that it was given: that is not kept.
    init(chatStatus status: Int, headers: HTTPHeaders, body: Data, hiding apiKey: String? = nil, now: Date) {
        let error = ChatErrorBody(body)
        let message =
            (300...399).contains(status)
            ? "the server answered \(status), which points elsewhere; redirects are not followed"
            : Self.message(error, body)
        let category = ChatErrorClassifier.category(
            status: status, code: error?.code ?? "", type: error?.type ?? "", message: message)
        self.init(
            category: category, code: error?.name ?? "", quoting: message, hiding: apiKey, httpStatus: status,
            requestID: headers.chatRequestID)
        retryAfter =
            ChatRetryHint(headers, category: category, now: now).delay
            ?? error?.estimatedSeconds.flatMap { ChatRetryHint.bounded(seconds: $0) }
    }

    /// From an error where an answer, or a piece of one, should be, after HTTP 200.
    ///
    /// What the error says of itself is believed where it is precise: a full minute is a throttle, wherever it is told. All
    /// else is a stream that failed.
    init(insideAnswer body: Data, hiding apiKey: String? = nil, requestID: String?) {
        let error = ChatErrorBody(body)
        let message = Self.message(error, body)
        let category = ChatErrorClassifier.category(
            status: error?.status, code: error?.code ?? "", type: error?.type ?? "", message: message)
        let isPrecise =
            switch category {
            case .validation: error?.status != nil
            case .unknown, .serviceInternal, .serviceUnavailable, .modelError: false
            default: true
            }
        self.init(
            category: isPrecise ? category : .streamError, code: error?.name ?? "", quoting: message, hiding: apiKey,
            httpStatus: nil, requestID: requestID)
    }

    /// The same error, in which the API key occurs nowhere.
    func hiding(_ apiKey: String?) -> ProviderError {
        var error = self
        error.code = code.hiding(apiKey)
        error.message = message.hiding(apiKey)
        error.partialText = partialText?.hiding(apiKey)
        return error
    }

    private static func message(_ error: ChatErrorBody?, _ body: Data) -> String {
        guard let error else { return String(decoding: body.prefix(readBytes), as: UTF8.self) }
        return String(decoding: error.text.utf8.prefix(readBytes), as: UTF8.self)
    }

    private init(
        category: ErrorCategory, code: String, quoting message: String, hiding apiKey: String?, httpStatus: Int?,
        requestID: String?
    ) {
        // Hidden before it is cut: half a key is found no more.
        self.init(
            category: category, code: String(code.hiding(apiKey).prefix(100)),
            message: String(message.hiding(apiKey).prefix(Self.quotedCharacters)),
            httpStatus: httpStatus, requestID: requestID, limit: ChatErrorFacts.limit(in: message, category),
            refusedParameters: ChatErrorFacts.refusedParameters(in: message, category))
        limitsOnlyThisRequest = category == .maxTokensCap && ChatErrorFacts.room(in: message) != nil
        isLimitOfAccess =
            category == .contextLength && ChatErrorFacts.isLimitOfAccess(message, httpStatus: httpStatus)
        if isLimitOfAccess { limit = nil }
    }

    /// From an answer that is a page for people: nil when it is none. Whatever sent it, it is no provider's API.
    init?(page headers: HTTPHeaders) {
        guard headers["content-type"]?.lowercased().hasPrefix("text/html") == true else { return nil }
        self.init(
            category: .runnerConfiguration, code: "",
            message: "a page for people came instead of an answer: the provider's baseURL leads elsewhere",
            httpStatus: 200, requestID: headers.chatRequestID)
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

extension String {
    func hiding(_ secret: String?) -> String {
        guard let secret, !secret.isEmpty else { return self }
        return replacing(secret, with: "***")
    }
}
