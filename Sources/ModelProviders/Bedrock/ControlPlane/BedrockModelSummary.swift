package import Certification
package import Contracts

/// A foundation model as a region of Bedrock lists it (`FoundationModelSummary`).
///
/// Words that AWS may add to are kept as they came: a list with one of them is still a list.
package struct BedrockModelSummary: Sendable, Hashable {
    package var id: ModelID
    /// For example `Claude 3 Haiku`. Untrusted text, as is the vendor's.
    package var name: String
    /// Who made it, in AWS's words, for example `Anthropic`.
    package var vendorName: String
    /// For example `TEXT`, `IMAGE`.
    package var inputModalities: [String]
    package var outputModalities: [String]
    /// Nil when the list does not say.
    package var streams: Bool?
    /// `ON_DEMAND`, `PROVISIONED`; the plain id can be called only with the first.
    package var inferenceTypes: [String]
    /// Nil when the list does not say, or in a word that nobody knows.
    package var lifecycle: ModelLifecycle?

    package init(
        id: ModelID, name: String, vendorName: String, inputModalities: [String] = [], outputModalities: [String] = [],
        streams: Bool? = nil, inferenceTypes: [String] = [], lifecycle: ModelLifecycle? = nil
    ) {
        self.id = id
        self.name = name
        self.vendorName = vendorName
        self.inputModalities = inputModalities
        self.outputModalities = outputModalities
        self.streams = streams
        self.inferenceTypes = inferenceTypes
        self.lifecycle = lifecycle
    }

    /// Whether the plain id is refused and an inference profile has to be called.
    package var requiresInferenceProfile: Bool { !inferenceTypes.contains("ON_DEMAND") }
}

/// What Bedrock says about an account's access to a model (`GetFoundationModelAvailability`).
package struct BedrockModelAvailability: Sendable, Hashable {
    /// `AVAILABLE`, `PENDING`, `NOT_AVAILABLE` or `ERROR`; empty when not said, as the others.
    package var agreement: String
    /// `AUTHORIZED` or `NOT_AUTHORIZED`.
    package var authorization: String
    /// `AVAILABLE` or `NOT_AVAILABLE`, as the region.
    package var entitlement: String
    package var region: String

    package init(agreement: String, authorization: String, entitlement: String, region: String) {
        self.agreement = agreement
        self.authorization = authorization
        self.entitlement = entitlement
        self.region = region
    }
}
