package import Contracts

/// What a provider counts a quota for: a model in a region.
package struct Downstream: Sendable, Hashable, Codable, Comparable {
    package var provider: ProviderID
    package var model: ModelID
    package var region: Region

    package init(provider: ProviderID, model: ModelID, region: Region) {
        self.provider = provider
        self.model = model
        self.region = region
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.provider, left.model, left.region) < (right.provider, right.model, right.region)
    }
}

extension Target {
    /// What its calls are counted for.
    package var downstream: Downstream { Downstream(provider: provider, model: model, region: region) }
}
