import Certification
import Contracts

/// How a target is called.
struct BedrockRoute: Sendable, Hashable {
    enum Operation: Sendable, Hashable {
        case converse
        /// InvokeModel, with a body that the model's vendor defines.
        case invoke(InvokeFormat)
    }

    /// The model's or inference profile's id in the path.
    var calledModel: String
    var operation = Operation.converse
    /// The plain id that was refused before the profile was called; nil when the first id was taken.
    var refusedModel: String?
}

extension Target {
    /// The route that needs nobody to be asked: the profile's prefix follows from the region's name.
    ///
    /// - Throws: `regionUnavailable` when the region belongs to no geography that has profiles.
    func guessedRoute() throws(ProviderError) -> BedrockRoute {
        guard let calledModel = bedrockModelID else {
            throw ProviderError(
                category: .regionUnavailable, code: "",
                message: "no geographic inference profile is offered from \(region)")
        }
        return BedrockRoute(calledModel: calledModel)
    }

    /// Whether the id that is called has to be found first.
    var needsProfile: Bool {
        profile != .inRegion && !model.rawValue.hasPrefix("arn:") && bedrockModelID != model.rawValue
    }
}
