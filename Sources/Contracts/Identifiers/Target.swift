/// What a certificate is about: a model as one provider serves it from one region through one kind of inference profile.
///
/// In-region, geographic and global profiles of one model are three targets, because AWS chooses other destinations
/// for each (`docs/certification.md`).
package struct Target: Hashable, Sendable, Codable {
    package var provider: ProviderID
    package var model: ModelID
    package var region: Region
    package var profile: InferenceProfileKind

    package init(provider: ProviderID, model: ModelID, region: Region, profile: InferenceProfileKind) {
        self.provider = provider
        self.model = model
        self.region = region
        self.profile = profile
    }
}

/// How a model is reached from its source region.
package enum InferenceProfileKind: String, Sendable, Codable, CaseIterable {
    /// The plain model id, served in the region that is called.
    case inRegion = "in-region"
    /// A cross-region profile of one geography (`us.`, `eu.`, `apac.`).
    case geographic
    /// The `global.` profile.
    case global
}
