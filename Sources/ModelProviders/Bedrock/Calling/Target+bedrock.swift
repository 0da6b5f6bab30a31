package import Contracts

extension Target {
    /// The id that Bedrock is called with: the model's own, or that of the inference profile.
    ///
    /// An ARN, and an id that begins with the profile's prefix already, are called as they are. Nil when the source
    /// region belongs to no geography that has profiles.
    package var bedrockModelID: String? {
        let model = model.rawValue
        guard !model.hasPrefix("arn:") else { return model }
        switch profile {
        case .inRegion: return model
        case .geographic: return geographicPrefix.map { prefixed(model, with: $0) }
        case .global: return prefixed(model, with: "global.")
        }
    }

    private func prefixed(_ model: String, with prefix: String) -> String {
        model.hasPrefix(prefix) ? model : prefix + model
    }

    // Asia-Pacific regions begin with `ap-`, their profiles with `apac.`.
    private var geographicPrefix: String? {
        switch region.rawValue {
        case let region where region.hasPrefix("us-gov-"): "us-gov."
        case let region where region.hasPrefix("us-"): "us."
        case let region where region.hasPrefix("eu-"): "eu."
        case let region where region.hasPrefix("ap-"): "apac."
        default: nil
        }
    }
}
