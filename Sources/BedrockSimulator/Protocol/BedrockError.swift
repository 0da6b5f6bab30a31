/// An error as Bedrock answers it: the type in `x-amzn-errortype`, the words in the body.
struct BedrockError: Error, Sendable, Hashable {
    let type: String
    let status: Int
    let message: String

    static let throttled = BedrockError(
        type: "ThrottlingException", status: 429, message: "Too many requests, please wait before trying again.")
    static let denied = BedrockError(
        type: "AccessDeniedException", status: 403,
        message: "You don’t have access to the model with the specified model ID.")
    static let endOfLife = BedrockError(
        type: "ResourceNotFoundException", status: 404,
        message:
            "This model version has reached the end of its life. Please refer to the AWS documentation for more details."
    )
    static let internalFailure = BedrockError(
        type: "InternalServerException", status: 500,
        message: "The system encountered an unexpected error during processing.")
    static let unavailable = BedrockError(
        type: "ServiceUnavailableException", status: 503, message: "Bedrock is unable to process your request.")
    static let unknownOperation = BedrockError(
        type: "UnknownOperationException", status: 404, message: "There is no such operation.")
    static let unknownModel = validation("The provided model identifier is invalid.")

    static func profileRequired(_ model: String) -> BedrockError {
        validation(
            "Invocation of model ID \(model) with on-demand throughput isn’t supported. Retry your request with the ID or "
                + "ARN of an inference profile that contains this model.")
    }

    static let converseUnsupported = validation(
        "This action doesn't support the model that you provided. Try again with a supported text or chat model.")

    static func inputTooLong(tokens: Int, limit: Int) -> BedrockError {
        validation("Too many input tokens. Max input tokens: \(limit), request input token count: \(tokens)")
    }

    static func tooManyTokensAsked(limit: Int) -> BedrockError {
        validation(
            "The maximum tokens you requested exceeds the model limit of \(limit). Try again with a maximum tokens value "
                + "that is lower than \(limit).")
    }

    static func validation(_ message: String) -> BedrockError {
        BedrockError(type: "ValidationException", status: 400, message: message)
    }

    /// A member of the request that is out of its range, in the words of AWS's common validation.
    static func constraint(_ member: String, value: some CustomStringConvertible, _ bound: String) -> BedrockError {
        validation(
            "1 validation error detected: Value '\(value)' at '\(member)' failed to satisfy constraint: "
                + "Member must have value \(bound)")
    }
}
