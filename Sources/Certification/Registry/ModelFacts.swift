package import Contracts

/// What is declared of a model, as far as running tests needs to know it.
package struct ModelFacts: Sendable, Hashable {
    /// What the model is declared to do or not to do; what is not declared is absent.
    package var declared: [Capability: Bool]
    /// In tokens; nil when nobody knows.
    package var contextWindow: Int?
    /// In tokens; nil when nobody knows.
    package var maxOutputTokens: Int?
    /// Whether the model is declared to think before it speaks.
    package var thinks: Bool

    package init(
        declared: [Capability: Bool] = [:], contextWindow: Int? = nil, maxOutputTokens: Int? = nil, thinks: Bool = false
    ) {
        self.declared = declared
        self.contextWindow = contextWindow
        self.maxOutputTokens = maxOutputTokens
        self.thinks = thinks
    }

    /// What the registry says of a model. Limits that are guessed are none.
    package init(_ model: RegisteredModel) {
        self.init(
            declared: model.declarations,
            contextWindow: model.limitsAreGuessed ? nil : model.contextWindow,
            maxOutputTokens: model.limitsAreGuessed ? nil : model.maxOutputTokens,
            thinks: model.serviceClass == .reasoning)
    }
}

extension ModelRegistry {
    /// What is declared of a target's model; nothing when there is none.
    package func facts(of target: Target) -> ModelFacts { model(of: target).map(ModelFacts.init) ?? ModelFacts() }
}
