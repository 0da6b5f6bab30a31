package import Certification
import Curl
import Foundation

extension ProviderError {
    // Enough to see what it is; a proxy's page may be long.
    private static let quotedCharacters = 500
    /// In seconds; what asks for longer is taken for this: an endless wait must not come from outside.
    private static let longestWait: Int64 = 86_400

    /// From an answer of Bedrock, or of something in front of it, whose status is not 200.
    init(status: Int, headers: HTTPHeaders, body: Data) {
        let errorBody = BedrockErrorBody(body)
        let code = Self.exceptionName(headers["x-amzn-errortype"] ?? errorBody?.type ?? "")
        let message = errorBody?.text ?? String(String(decoding: body, as: UTF8.self).prefix(Self.quotedCharacters))
        self.init(
            bedrock: code, message: message, httpStatus: status, requestID: headers["x-amzn-requestid"],
            retryAfter: Self.retryAfter(headers))
    }

    /// From an exception of Bedrock, with all that its words tell. No status: it came inside a stream.
    package init(
        bedrock code: String, message: String, httpStatus: Int? = nil, requestID: String? = nil,
        retryAfter: Duration? = nil, partialText: String? = nil
    ) {
        let category = BedrockErrorClassifier.category(code: code, message: message, httpStatus: httpStatus)
        let facts = BedrockErrorFacts(of: category, text: BedrockErrorClassifier.comparable(message))
        self.init(
            category: category, code: code, message: message, httpStatus: httpStatus, requestID: requestID,
            retryAfter: retryAfter, partialText: partialText, limit: facts.limit,
            refusedParameters: facts.refusedParameters)
    }

    /// From a transfer that brought no whole answer.
    init(_ error: CurlError) {
        self.init(category: Self.category(of: error), code: "", message: error.description)
    }

    private static func category(of error: CurlError) -> ErrorCategory {
        switch error.code {
        case .timeout: .timeout
        // Shutting the engine down is our own doing too: nothing is wrong with the network.
        case .cancelled, .shutDown: .cancelled
        case .tooLarge: .malformedOutput
        case .invalidRequest, .invalidAddress, .addressRefused, .encryptionUnavailable: .runnerConfiguration
        default: .network
        }
    }

    /// `com.example#ThrottlingException:http://…/` is a `ThrottlingException` (Smithy, AWS restJson1).
    private static func exceptionName(_ text: String) -> String {
        let withoutAddress = text.prefix { $0 != ":" }
        let name = withoutAddress.split(separator: "#").last ?? withoutAddress
        return name.trimmingCharacters(in: .whitespaces)
    }

    private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        if let seconds = headers["retry-after"].flatMap({ Int64($0) }), seconds >= 0 {
            return .seconds(min(seconds, longestWait))
        }
        if let milliseconds = headers["x-amz-retry-after"].flatMap({ Int64($0) }), milliseconds >= 0 {
            return .milliseconds(min(milliseconds, longestWait * 1_000))
        }
        return nil
    }
}
