package import Contracts

/// An inference profile as a region of Bedrock lists it (`InferenceProfileSummary`).
package struct BedrockInferenceProfile: Sendable, Hashable {
    /// What is called in the model's place, for example `us.anthropic.claude-3-haiku-20240307-v1:0`.
    package var id: String
    package var arn: String
    package var name: String
    package var isActive: Bool
    /// The model behind it; nil when the profile names none or several.
    package var model: ModelID?
    /// The regions that a call may be served in, by name; empty when the list does not say.
    package var regions: [Region]

    package init(id: String, arn: String, name: String, isActive: Bool, model: ModelID?, regions: [Region]) {
        self.id = id
        self.arn = arn
        self.name = name
        self.isActive = isActive
        self.model = model
        self.regions = regions
    }

    /// What stands before the model's id, for example `us` or `global`; nil when the id is not of that form.
    package var prefix: String? {
        guard let model, id.hasSuffix(".\(model)") else { return nil }
        return String(id.dropLast(model.rawValue.count + 1))
    }

    /// Nil when the id has no prefix, so that nobody can say.
    package var kind: InferenceProfileKind? {
        prefix.map { $0 == "global" ? .global : .geographic }
    }
}
