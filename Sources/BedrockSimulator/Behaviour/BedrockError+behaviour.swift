extension BedrockError {
    /// What a behaviour answers instead of the model, in AWS's words; nil for one that comes to an answer.
    init?(of behaviour: Behaviour, model: String, isStreamed: Bool = false, hasTools: Bool = false) {
        guard let error = Self.access(behaviour, model) ?? Self.request(behaviour, model) ?? Self.service(behaviour)
        else {
            guard behaviour == .lackStreamedTools, isStreamed, hasTools else { return nil }
            self = .validation("This model doesn't support tool use in streaming mode.")
            return
        }
        self = error
    }

    private static func access(_ behaviour: Behaviour, _ model: String) -> BedrockError? {
        switch behaviour {
        case .throttle: .throttled
        case .throttleTokens: throttling("Too many tokens, please wait before trying again.")
        case .exhaustDay: throttling("Too many tokens per day, please wait before trying again.")
        case .exceedQuota:
            BedrockError(
                type: "ServiceQuotaExceededException", status: 400,
                message: "Your request exceeds the service quota for your account.")
        case .lackCredit: BedrockError(type: "", status: 402, message: "Payment required.")
        case .deny: .denied
        case .denyMarketplace:
            BedrockError(
                type: "AccessDeniedException", status: 403,
                message:
                    "Model access is denied due to IAM user or service role is not authorized to perform the required "
                    + "AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable "
                    + "access to this model. Refer to the Amazon Bedrock documentation for further details. Your AWS "
                    + "Marketplace subscription for this model cannot be completed at this time. If you recently fixed "
                    + "this issue, try again after 2 minutes.")
        case .demandForm:
            BedrockError(
                type: "ResourceNotFoundException", status: 404,
                message:
                    "Model use case details have not been submitted for this account. Fill out the Anthropic use case "
                    + "details form before using the model. If you have already filled out the form, try again in 15 "
                    + "minutes.")
        case .denyByPolicy:
            BedrockError(
                type: "AccessDeniedException", status: 403,
                message: "User: arn:aws:sts::123456789012:assumed-role/runner/session is not authorized to perform: "
                    + "bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2::foundation-model/\(model) with an "
                    + "explicit deny in a service control policy")
        case .restrictAccount: .validation("Operation not allowed")
        case .expireToken:
            BedrockError(
                type: "ExpiredTokenException", status: 403,
                message: "The security token included in the request is expired")
        default: nil
        }
    }

    private static func request(_ behaviour: Behaviour, _ model: String) -> BedrockError? {
        switch behaviour {
        case .beUnknown: .unknownModel
        case .requireProfile: .profileRequired(model)
        case .lockLegacy:
            BedrockError(
                type: "ResourceNotFoundException", status: 404,
                message:
                    "Access denied. This Model is marked by provider as Legacy and you have not been actively using "
                    + "the model in the last 30 days. Please upgrade to an active model on Amazon Bedrock")
        case .endOfLife: .endOfLife
        case .lackTools: .validation("This model doesn't support tool use.")
        case .refuseTemperature:
            .validation(
                "The model returned the following errors: `temperature` is deprecated for this model.")
        case .refuseRequest:
            .validation("Malformed input request: extraneous key [x] is not permitted, please reformat your input.")
        case .overflowContext: .inputTooLong(tokens: 9_000, limit: 8_192)
        case .capTokens: .tooManyTokensAsked(limit: 16)
        default: nil
        }
    }

    private static func service(_ behaviour: Behaviour) -> BedrockError? {
        switch behaviour {
        case .timeOutModel:
            BedrockError(
                type: "ModelTimeoutException", status: 408,
                message: "The request took too long to process. Processing time exceeded the model timeout length.")
        case .notReady:
            BedrockError(
                type: "ModelNotReadyException", status: 429,
                message: "Model is not ready for inference. Wait and try your request again.")
        case .unavailable: .unavailable
        case .failInternally: .internalFailure
        case .failModel:
            BedrockError(
                type: "ModelErrorException", status: 424,
                message: "The request failed due to an error while processing the model.")
        case .failStrangely:
            BedrockError(type: "BrandNewException", status: 400, message: "Something that nobody knows yet.")
        default: nil
        }
    }

    private static func throttling(_ message: String) -> BedrockError {
        BedrockError(type: "ThrottlingException", status: 429, message: message)
    }
}

/// An exception that a stream sends after some text.
struct StreamException: Hashable {
    var type: String
    var message: String

    init?(of behaviour: Behaviour) {
        switch behaviour {
        case .breakStream:
            self.init("modelStreamErrorException", "The model encountered an error while streaming its answer.")
        case .breakStreamInternally:
            self.init(
                "internalServerException",
                "The system encountered an unexpected error during processing. Try your request again.")
        case .breakStreamValidation: self.init("validationException", "Input is too long for requested model.")
        case .breakStreamThrottled:
            self.init("throttlingException", "Too many tokens, please wait before trying again.")
        case .breakStreamUnavailable:
            self.init("serviceUnavailableException", "Bedrock is unable to process your request.")
        default: return nil
        }
    }

    private init(_ type: String, _ message: String) {
        self.type = type
        self.message = message
    }
}
