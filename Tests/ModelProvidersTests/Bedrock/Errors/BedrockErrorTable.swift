import Certification
import Testing

/// One error of Bedrock as AWS and its users report it, and what it means.
struct BedrockErrorRow: Sendable {
    var code: String
    /// Nil inside a stream.
    var status: Int?
    var message: String
    var category: ErrorCategory
    var limit: Int?
    var parameters: [Capability]

    init(
        _ code: String, _ status: Int?, _ message: String, _ category: ErrorCategory, limit: Int? = nil,
        parameters: [Capability] = []
    ) {
        self.code = code
        self.status = status
        self.message = message
        self.category = category
        self.limit = limit
        self.parameters = parameters
    }
}

enum BedrockErrorTable {
    static let all =
        types + inStream + profiles + lengths + capabilities + parameters + requests + access + lives + throttles
        + service

    /// Bedrock's exceptions, each without words (botocore's service model), and those of AWS's troubleshooting pages.
    static let types: [BedrockErrorRow] = [
        BedrockErrorRow("ThrottlingException", 429, "", .throttledRequests),
        BedrockErrorRow("ModelNotReadyException", 429, "", .notReady),
        BedrockErrorRow("ServiceUnavailableException", 503, "", .serviceUnavailable),
        BedrockErrorRow("InternalServerException", 500, "", .serviceInternal),
        BedrockErrorRow("ModelTimeoutException", 408, "", .timeout),
        BedrockErrorRow("ModelErrorException", 424, "", .modelError),
        BedrockErrorRow("ModelStreamErrorException", 424, "", .streamError),
        BedrockErrorRow("ServiceQuotaExceededException", 400, "", .quotaDaily),
        BedrockErrorRow("ValidationException", 400, "", .validation),
        BedrockErrorRow("AccessDeniedException", 403, "", .accessPolicy),
        BedrockErrorRow("ResourceNotFoundException", 404, "", .modelNotFound),
        BedrockErrorRow("ConflictException", 400, "", .validation),
        BedrockErrorRow("FTUFormNotFilled", 404, "", .accessPending),
        BedrockErrorRow("MPAgreementBeingCreated", 403, "", .accessPending),
        BedrockErrorRow("NotAuthorized", 400, "", .accessPolicy),
        BedrockErrorRow("InternalFailure", 500, "", .serviceInternal),
        BedrockErrorRow("IncompleteSignature", 400, "", .runnerAuthentication),
        BedrockErrorRow("IncompleteSignatureException", 400, "", .runnerAuthentication),
        BedrockErrorRow("InvalidClientTokenId", 403, "", .runnerAuthentication),
        BedrockErrorRow("RequestExpired", 400, "", .runnerAuthentication),
        BedrockErrorRow("UnrecognizedClientException", 403, "", .runnerAuthentication),
        BedrockErrorRow("ExpiredTokenException", 403, "", .runnerAuthentication),
        BedrockErrorRow("ExpiredToken", 403, "", .runnerAuthentication),
        BedrockErrorRow("InvalidSignatureException", 403, "", .runnerAuthentication),
        BedrockErrorRow("SignatureDoesNotMatch", 403, "", .runnerAuthentication),
        BedrockErrorRow("MissingAuthenticationTokenException", 403, "", .runnerAuthentication),
    ]

    /// After HTTP 200; clients that stamp 400 on them make passing trouble permanent.
    static let inStream: [BedrockErrorRow] = [
        BedrockErrorRow(
            "internalServerException", nil,
            "The system encountered an unexpected error during processing. Try your request again.", .serviceInternal),
        BedrockErrorRow("modelStreamErrorException", nil, "", .streamError),
        BedrockErrorRow("validationException", nil, "Input is too long for requested model.", .contextLength),
        BedrockErrorRow(
            "throttlingException", nil, "Too many tokens, please wait before trying again.", .throttledTokens),
        BedrockErrorRow("serviceUnavailableException", nil, "", .serviceUnavailable),
        BedrockErrorRow("modelTimeoutException", nil, "", .timeout),
    ]

    static let profiles: [BedrockErrorRow] = [
        BedrockErrorRow(
            "ValidationException", 400,
            "Invocation of model ID a.b-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or "
                + "ARN of an inference profile that contains this model.", .inferenceProfileRequired),
        BedrockErrorRow(
            "ValidationException", 400, "The provided model doesn't support on-demand throughput.",
            .inferenceProfileRequired),
        BedrockErrorRow("ValidationException", 400, "The provided model identifier is invalid.", .modelNotFound),
        BedrockErrorRow(
            "ValidationException", 400,
            "1 validation error detected: Value 'a b' at 'modelId' failed to satisfy constraint: Member must satisfy "
                + "regular expression pattern", .validation),
    ]

    static let lengths: [BedrockErrorRow] = [
        BedrockErrorRow("ValidationException", 400, "Input is too long for requested model.", .contextLength),
        BedrockErrorRow(
            "ValidationException", 400,
            "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
            .contextLength, limit: 8_192),
        BedrockErrorRow(
            "ValidationException", 400, "prompt is too long: 200001 tokens > 200000 maximum", .contextLength,
            limit: 200_000),
        BedrockErrorRow(
            "ValidationException", 400, "prompt is too long: 200,001 tokens > 200,000 maximum", .contextLength,
            limit: 200_000),
        // Characters, not tokens.
        BedrockErrorRow("ValidationException", 400, "expected maxLength: 50000, actual: 60000", .contextLength),
        BedrockErrorRow(
            "ValidationException", 400, "prompt tokens (9000) exceed model maximum (8192)", .contextLength,
            limit: 8_192),
        BedrockErrorRow(
            "ValidationException", 400,
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or "
                + "`max_tokens` and try again", .contextLength, limit: 200_000),
        BedrockErrorRow(
            "ValidationException", 400,
            "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that "
                + "is lower than 4096.", .maxTokensCap, limit: 4_096),
        BedrockErrorRow(
            "ValidationException", 400,
            "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5",
            .maxTokensCap, limit: 8_192),
        BedrockErrorRow(
            "ValidationException", 400,
            "The maximum tokens you requested exceeds the model limit of 99999999999999999999.", .maxTokensCap),
    ]

    static let capabilities: [BedrockErrorRow] = [
        BedrockErrorRow("ValidationException", 400, "This model doesn’t support tool use.", .capabilityUnsupported),
        BedrockErrorRow(
            "ValidationException", 400, "This model doesn't support tool use in streaming mode.", .capabilityUnsupported
        ),
        BedrockErrorRow(
            "ValidationException", 400,
            "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
            .capabilityUnsupported, parameters: [.stopSequences]),
        BedrockErrorRow(
            "ValidationException", 400,
            "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
            .capabilityUnsupported),
        BedrockErrorRow(
            "ValidationException", 400, "This model doesn't support system prompts.", .capabilityUnsupported,
            parameters: [.systemPrompt]),
        BedrockErrorRow(
            "ValidationException", 400, "This model doesn't support the image content block that you provided.",
            .capabilityUnsupported),
        BedrockErrorRow("ValidationException", 400, "IMAGE_FORMAT_UNSUPPORTED", .capabilityUnsupported),
        BedrockErrorRow(
            "ValidationException", 400, "The model is unsupported for streaming.", .capabilityUnsupported),
        BedrockErrorRow(
            "ValidationException", 400,
            "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
            .capabilityUnsupported),
    ]

    static let parameters: [BedrockErrorRow] = [
        BedrockErrorRow(
            "ValidationException", 400,
            "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model.",
            .parameterUnsupported, parameters: [.temperatureWithTopP]),
        BedrockErrorRow(
            "ValidationException", 400, "`temperature` is deprecated for this model.", .parameterUnsupported,
            parameters: [.temperature]),
        BedrockErrorRow(
            "ValidationException", 400,
            "The model returned the following errors: stop_sequences: Extra inputs are not permitted",
            .parameterUnsupported, parameters: [.stopSequences]),
        BedrockErrorRow(
            "ValidationException", 400, "tools.0.custom.strict: Extra inputs are not permitted", .parameterUnsupported),
    ]

    static let requests: [BedrockErrorRow] = [
        BedrockErrorRow(
            "ValidationException", 400, "Malformed input request: extraneous key [x] is not permitted", .validation),
        BedrockErrorRow(
            "ValidationException", 400,
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
            .validation),
        BedrockErrorRow(
            "ValidationException", 400,
            "Conversation blocks and tool result blocks cannot be provided in the same turn.", .validation),
    ]

    static let access: [BedrockErrorRow] = [
        BedrockErrorRow("ValidationException", 400, "Operation not allowed", .accessPolicy),
        BedrockErrorRow(
            "AccessDeniedException", 403, "You don’t have access to the model with the specified model ID.",
            .accessNotGranted),
        BedrockErrorRow(
            "AccessDeniedException", 403,
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS "
                + "Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to "
                + "this model. If you recently fixed this issue, try again after 2 minutes.", .accessPending),
        BedrockErrorRow(
            "AccessDeniedException", 403, "AWS Marketplace agreement failed for this model.", .accessPending),
        BedrockErrorRow(
            "AccessDeniedException", 403,
            "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: bedrock:InvokeModel on resource: "
                + "arn:aws:bedrock:us-west-2::foundation-model/m with an explicit deny in a service control policy",
            .accessPolicy),
        BedrockErrorRow(
            "AccessDeniedException", 403, "The security token included in the request is invalid.",
            .runnerAuthentication),
        BedrockErrorRow("AccessDeniedException", 403, "Something new", .accessPolicy),
        BedrockErrorRow(
            "ResourceNotFoundException", 404,
            "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form "
                + "before using the model. If you have already filled out the form, try again in 15 minutes.",
            .accessPending),
    ]

    static let lives: [BedrockErrorRow] = [
        BedrockErrorRow(
            "ResourceNotFoundException", 404,
            "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
            .modelEndOfLife),
        BedrockErrorRow(
            "ValidationException", 400, "This model version has reached the end of its life.", .modelEndOfLife),
        BedrockErrorRow(
            "ResourceNotFoundException", 404,
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in "
                + "the last 15 days. Please upgrade to an active model on Amazon Bedrock", .modelLegacyLocked),
        BedrockErrorRow(
            "AccessDeniedException", 403,
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in "
                + "the last 30 days.", .modelLegacyLocked),
        BedrockErrorRow(
            "ResourceNotFoundException", 404, "Could not resolve the foundation model", .modelNotFound),
    ]

    /// The trap: "too many tokens" is a throttle here, and too long a prompt elsewhere.
    static let throttles: [BedrockErrorRow] = [
        BedrockErrorRow(
            "ThrottlingException", 429, "Too many requests, please wait before trying again.", .throttledRequests),
        BedrockErrorRow(
            "ThrottlingException", 429, "Too many tokens, please wait before trying again.", .throttledTokens),
        BedrockErrorRow(
            "ThrottlingException", 429, "Too many tokens per day, please wait before trying again.", .quotaDaily),
        BedrockErrorRow(
            "ThrottlingException", 429, "Your request rate is too high. Reduce the frequency of requests.",
            .throttledRequests),
        BedrockErrorRow(
            "ThrottlingException", 429,
            "Your request was denied due to exceeding the account quotas for Amazon Bedrock.",
            .throttledRequests),
        BedrockErrorRow(
            "ServiceQuotaExceededException", 400, "Your request exceeds the service quota for your account.",
            .quotaDaily),
    ]

    static let service: [BedrockErrorRow] = [
        BedrockErrorRow(
            "ServiceUnavailableException", 503, "Too many connections, please wait before trying again.",
            .serviceUnavailable),
        BedrockErrorRow(
            "ServiceUnavailableException", 503, "Bedrock is unable to process your request.", .serviceUnavailable),
        BedrockErrorRow(
            "InternalServerException", 500,
            "The system encountered an unexpected error during processing. Try your request again.", .serviceInternal),
    ]
}

extension BedrockErrorRow: CustomTestStringConvertible {
    var testDescription: String { "\(code) \(status.map(String.init) ?? "in a stream"): \(message.prefix(60))" }
}
