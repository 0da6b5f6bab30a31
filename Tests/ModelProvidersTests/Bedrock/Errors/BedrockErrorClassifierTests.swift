import Certification
import ModelProviders
import Testing

@Suite("Bedrock's errors")
struct BedrockErrorClassifierTests {
    @Test("Each exception and text has its category, limit and parameters", arguments: BedrockErrorTable.all)
    func rows(row: BedrockErrorRow) {
        let error = ProviderError(bedrock: row.code, message: row.message, httpStatus: row.status)
        #expect(error.category == row.category)
        #expect(error.limit == row.limit)
        #expect(error.refusedParameters == row.parameters)
        #expect(error.code == row.code)
        #expect(error.message == row.message)
        #expect(error.httpStatus == row.status)
    }

    @Test(
        "Neither case, nor apostrophes, nor the word Exception, nor the status change the category",
        arguments: BedrockErrorTable.all)
    func spellings(row: BedrockErrorRow) {
        let curly = row.message.replacing("'", with: "’").uppercased()
        let straight = row.message.replacing("’", with: "'").lowercased()
        let shortCode = row.code.replacing("Exception", with: "")
        for (code, message, status) in [
            (row.code.lowercased(), curly, 400), (row.code.uppercased(), straight, 503), (shortCode, straight, nil),
        ] {
            let error = ProviderError(bedrock: code, message: message, httpStatus: status)
            #expect(error.category == row.category)
            #expect(error.limit == row.limit)
            #expect(error.refusedParameters == row.parameters)
        }
    }

    @Test("What is worth another attempt follows from the category alone")
    func retryable() {
        let passing = Set(BedrockErrorTable.all.map(\.category).filter(\.isRetryable))
        #expect(
            passing == [
                .throttledRequests, .throttledTokens, .accessPending, .timeout, .notReady, .serviceUnavailable,
                .serviceInternal, .modelError, .streamError,
            ])
    }

    @Test("The type decides before the text: too many tokens may be a throttle, or too long a prompt")
    func typeFirst() {
        let text = "Too many tokens"
        #expect(
            BedrockErrorClassifier.category(code: "ThrottlingException", message: text, httpStatus: 400)
                == .throttledTokens)
        #expect(
            BedrockErrorClassifier.category(
                code: "ValidationException", message: "Too many input tokens. Max input tokens: 1", httpStatus: 429)
                == .contextLength)
        #expect(
            BedrockErrorClassifier.category(
                code: "InternalServerException", message: "Input is too long", httpStatus: 400) == .serviceInternal)
    }

    @Test(
        "Without an exception the status decides",
        arguments: [
            (400, .validation), (401, .runnerAuthentication), (402, .quotaBilling), (403, .accessPolicy),
            (404, .modelNotFound), (408, .timeout), (424, .modelError), (429, .throttledRequests),
            (500, .serviceInternal), (502, .serviceUnavailable), (503, .serviceUnavailable), (504, .timeout),
            (529, .serviceUnavailable), (418, .unknown), (301, .unknown), (nil, .unknown),
        ] as [(Int?, ErrorCategory)])
    func statusOnly(status: Int?, category: ErrorCategory) {
        #expect(BedrockErrorClassifier.category(code: "", message: "", httpStatus: status) == category)
    }

    @Test(
        "An exception that nobody knows stays unknown, unless its status says enough",
        arguments: [
            (400, .unknown), (403, .unknown), (404, .unknown), (nil, .unknown), (429, .throttledRequests),
            (500, .serviceInternal), (503, .serviceUnavailable),
        ] as [(Int?, ErrorCategory)])
    func unknownException(status: Int?, category: ErrorCategory) {
        #expect(
            BedrockErrorClassifier.category(code: "BrandNewException", message: "Input is too long", httpStatus: status)
                == category)
    }
}
