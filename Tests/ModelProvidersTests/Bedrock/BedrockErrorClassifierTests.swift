import Certification
import ModelProviders
import Testing

@Suite("Bedrock's errors")
struct BedrockErrorClassifierTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var code: String
        var message: String
        var category: ErrorCategory

        init(_ code: String, _ message: String, _ category: ErrorCategory) {
            self.code = code
            self.message = message
            self.category = category
        }

        var testDescription: String { "\(code): \(message)" }
    }

    static let validation = [
        Case(
            "ValidationException",
            "Invocation of model ID a.b-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or "
                + "ARN of an inference profile that contains this model.",
            .inferenceProfileRequired),
        Case(
            "ValidationException", "The provided model doesn't support on-demand throughput.", .inferenceProfileRequired
        ),
        Case("ValidationException", "The provided model identifier is invalid.", .modelNotFound),
        Case(
            "ValidationException",
            "1 validation error detected: Value 'a b' at 'modelId' failed to satisfy constraint: Member must satisfy "
                + "regular expression pattern",
            .validation),
        Case("ValidationException", "Operation not allowed", .accessPolicy),
        Case("ValidationException", "Malformed input request: extraneous key [x] is not permitted", .validation),
        Case(
            "ValidationException",
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
            .validation),
        Case(
            "ValidationException",
            "Conversation blocks and tool result blocks cannot be provided in the same turn.", .validation),
        Case("ValidationException", "This model version has reached the end of its life.", .modelEndOfLife),
    ]

    static let lengths = [
        Case("ValidationException", "Input is too long for requested model.", .contextLength),
        Case(
            "ValidationException",
            "Too many input tokens. Max input tokens: 8192, request input token count: 9000", .contextLength),
        Case("ValidationException", "prompt is too long: 200001 tokens > 200000 maximum", .contextLength),
        Case("ValidationException", "expected maxLength: 50000, actual: 60000", .contextLength),
        Case("ValidationException", "prompt tokens (9000) exceed model maximum (8192)", .contextLength),
        Case(
            "ValidationException", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
            .contextLength),
        Case(
            "ValidationException", "The maximum tokens you requested exceeds the model limit of 4096.", .maxTokensCap),
        Case(
            "ValidationException",
            "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude",
            .maxTokensCap),
    ]

    static let capabilities = [
        Case("ValidationException", "This model doesn’t support tool use.", .capabilityUnsupported),
        Case("ValidationException", "This model doesn't support tool use in streaming mode.", .capabilityUnsupported),
        Case(
            "ValidationException",
            "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
            .capabilityUnsupported),
        Case(
            "ValidationException", "This model doesn't support the image content block that you provided.",
            .capabilityUnsupported),
        Case("ValidationException", "IMAGE_FORMAT_UNSUPPORTED", .capabilityUnsupported),
        Case("ValidationException", "The model is unsupported for streaming.", .capabilityUnsupported),
        Case(
            "ValidationException",
            "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model.",
            .parameterUnsupported),
        Case("ValidationException", "`temperature` is deprecated for this model.", .parameterUnsupported),
        Case("ValidationException", "tools.0.custom.strict: Extra inputs are not permitted", .parameterUnsupported),
    ]

    static let access = [
        Case(
            "AccessDeniedException", "You don’t have access to the model with the specified model ID.",
            .accessNotGranted),
        Case(
            "AccessDeniedException",
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS "
                + "Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to "
                + "this model. If you recently fixed this issue, try again after 2 minutes.",
            .accessPending),
        Case(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: bedrock:InvokeModel on resource: "
                + "arn:aws:bedrock:us-west-2::foundation-model/m with an explicit deny in a service control policy",
            .accessPolicy),
        Case("AccessDeniedException", "Something new", .accessPolicy),
        Case(
            "ResourceNotFoundException",
            "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form "
                + "before using the model. If you have already filled out the form, try again in 15 minutes.",
            .accessPending),
        Case("FTUFormNotFilled", "", .accessPending),
        Case("MPAgreementBeingCreated", "", .accessPending),
        Case(
            "ResourceNotFoundException",
            "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
            .modelEndOfLife),
        Case(
            "ResourceNotFoundException",
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in "
                + "the last 15 days. Please upgrade to an active model on Amazon Bedrock",
            .modelLegacyLocked),
        Case("ResourceNotFoundException", "Could not resolve the foundation model", .modelNotFound),
        Case("NotAuthorized", "You do not have permission to perform this action.", .accessPolicy),
    ]

    static let throttles = [
        Case("ThrottlingException", "Too many requests, please wait before trying again.", .throttledRequests),
        Case("ThrottlingException", "Too many tokens, please wait before trying again.", .throttledTokens),
        Case("ThrottlingException", "Too many tokens per day, please wait before trying again.", .quotaDaily),
        Case(
            "ThrottlingException", "Your request rate is too high. Reduce the frequency of requests.",
            .throttledRequests),
        Case(
            "ThrottlingException",
            "Your request was denied due to exceeding the account quotas for Amazon Bedrock.", .throttledRequests),
        Case("ServiceQuotaExceededException", "Your request exceeds the service quota for your account.", .quotaDaily),
    ]

    static let service = [
        Case(
            "ServiceUnavailableException", "Too many connections, please wait before trying again.", .serviceUnavailable
        ),
        Case("ServiceUnavailableException", "Bedrock is unable to process your request.", .serviceUnavailable),
        Case("ModelNotReadyException", "", .notReady),
        Case(
            "InternalServerException",
            "The system encountered an unexpected error during processing. Try your request again.", .serviceInternal),
        Case("InternalFailure", "", .serviceInternal),
        Case("ModelTimeoutException", "", .timeout),
        Case("ModelErrorException", "", .modelError),
        Case("ModelStreamErrorException", "", .streamError),
        Case("ConflictException", "", .validation),
    ]

    static let credentials = [
        "UnrecognizedClientException", "ExpiredTokenException", "ExpiredToken", "InvalidSignatureException",
        "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException", "InvalidClientTokenId",
        "MissingAuthenticationTokenException", "RequestExpired",
    ].map { Case($0, "", .runnerAuthentication) }

    static let all = validation + lengths + capabilities + access + throttles + service + credentials

    @Test("Each exception and text has its category", arguments: all)
    func categories(item: Case) {
        #expect(
            BedrockErrorClassifier.category(code: item.code, message: item.message, httpStatus: 400) == item.category)
    }

    @Test("Neither case, nor apostrophes, nor the word Exception, nor the status change the category", arguments: all)
    func spellings(item: Case) {
        let curly = item.message.replacing("'", with: "’").uppercased()
        let straight = item.message.replacing("’", with: "'").lowercased()
        let shortCode = item.code.replacing("Exception", with: "")
        for (code, message, status) in [
            (item.code.lowercased(), curly, 400), (item.code.uppercased(), straight, 503), (shortCode, straight, nil),
        ] {
            #expect(
                BedrockErrorClassifier.category(code: code, message: message, httpStatus: status) == item.category)
        }
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
