package import Contracts
package import Foundation

/// What the providers' control planes told last, region by region, each as of the last time that it told all of it.
package struct SyncedRegistry: Sendable, Hashable {
    /// A model on a region's list, or one that was on it before.
    package struct Listing: Sendable, Hashable {
        package var model: SyncedModel
        /// When it was first missing; nil while it is listed.
        package var retiredAt: Date?

        package init(model: SyncedModel, retiredAt: Date? = nil) {
            self.model = model
            self.retiredAt = retiredAt
        }
    }

    package struct List: Sendable, Hashable {
        package var provider: ProviderID
        package var region: Region
        package var syncedAt: Date
        package var listings: [Listing]

        package init(provider: ProviderID, region: Region, syncedAt: Date, listings: [Listing]) {
            self.provider = provider
            self.region = region
            self.syncedAt = syncedAt
            self.listings = listings
        }
    }

    package var lists: [List]

    package init(lists: [List] = []) {
        self.lists = lists
    }
}

extension ModelRegistry {
    /// The registry with what the control planes told laid over it.
    ///
    /// What a list tells wins: which models a region has, how long they live, which inference profiles they have, whether
    /// they stream and take images. What it cannot tell stays as it is built in or configured; of a model that only lists
    /// know it is unknown.
    ///
    /// - Throws: `RegistryError` when the result is none, which well-formed lists never make it.
    package func overlaid(with synced: SyncedRegistry) throws(RegistryError) -> ModelRegistry {
        try ModelRegistry(
            parts: catalogues.map { part in
                part.overlaid(with: synced.lists.filter { $0.provider == part.provider.id })
            })
    }
}

extension ProviderCatalogue {
    fileprivate func overlaid(with lists: [SyncedRegistry.List]) -> ProviderCatalogue {
        var overlaid = self
        for list in lists where overlaid.listedAt[list.region] == nil {
            overlaid.listedAt[list.region] = list.syncedAt
            if !provider.regions.contains(where: { $0.id == list.region }) {
                overlaid.provider.regions.append(RegisteredRegion(id: list.region, name: list.region.rawValue))
            }
        }
        let told = Self.told(by: lists)
        let known = Set(models.flatMap { [$0.id] + $0.aliases })
        overlaid.models = models.map { model in told[model.id].map { model.taking($0) } ?? model }
        for (id, listings) in told.sorted(by: { $0.key < $1.key }) where !known.contains(id) {
            // A variant such as `…:0:24k` is no model of its own.
            guard id.isListable, id.baseOfVariant.map({ told[$0] == nil && !known.contains($0) }) ?? true else {
                continue
            }
            if let model = RegisteredModel(id, at: provider, as: listings) { overlaid.models.append(model) }
        }
        return overlaid
    }

    private static func told(
        by lists: [SyncedRegistry.List]
    ) -> [ModelID: [Region: SyncedRegistry.Listing]] {
        var told: [ModelID: [Region: SyncedRegistry.Listing]] = [:]
        for list in lists {
            for listing in list.listings { told[listing.model.id, default: [:]][list.region] = listing }
        }
        return told
    }
}

extension RegisteredModel {
    /// A model that only lists know; nil when there is none.
    fileprivate init?(
        _ id: ModelID, at provider: RegisteredProvider, as listings: [Region: SyncedRegistry.Listing]
    ) {
        let told = ListedFacts(listings)
        guard let any = told.models.first else { return nil }
        self.init(
            provider: provider.id, id: id, vendor: id.vendor, name: any.name,
            kind: told.models.contains(where: \.talksInText) ? .chat : .other,
            capabilities: Capabilities(streaming: told.streams, vision: told.takesImages, functionCalling: nil),
            limitsAreGuessed: false, requiresInferenceProfile: told.models.allSatisfy(\.requiresInferenceProfile),
            aliases: [], source: .synced, offers: listings.mapValues(RegionalOffer.init),
            isProviderConfigured: provider.isConfigured)
    }

    /// The model with what the lists say of it.
    fileprivate func taking(_ listings: [Region: SyncedRegistry.Listing]) -> RegisteredModel {
        let told = ListedFacts(listings)
        var model = self
        model.offers = listings.mapValues(RegionalOffer.init)
        if let streams = told.streams { model.capabilities.streaming = streams }
        if let takesImages = told.takesImages { model.capabilities.vision = takesImages }
        return model
    }
}

/// What the lists of all regions say of one model: a fact holds when one of them says so.
private struct ListedFacts {
    /// As the regions list it that still have it, else as they listed it last; by region.
    let models: [SyncedModel]

    init(_ listings: [Region: SyncedRegistry.Listing]) {
        let sorted = listings.sorted { $0.key < $1.key }.map(\.value)
        let current = sorted.filter { $0.retiredAt == nil }
        models = (current.isEmpty ? sorted : current).map(\.model)
    }

    /// Nil when none says.
    var streams: Bool? {
        let said = models.compactMap(\.streams)
        return said.isEmpty ? nil : said.contains(true)
    }

    /// Nil when none says what the model takes in.
    var takesImages: Bool? {
        let said = models.filter { !$0.inputModalities.isEmpty }
        return said.isEmpty ? nil : said.contains { $0.inputModalities.contains("IMAGE") }
    }
}

extension ModelID {
    /// Whether a list may name a model like this: `vendor.model`, with no character that addresses, queries or files read
    /// differently.
    package var isListable: Bool {
        rawValue.utf8.count <= 200 && rawValue.wholeMatch(of: /[A-Za-z0-9-]+\.[A-Za-z0-9._:-]+/) != nil
    }

    /// `vendor.model-v1:0` for `vendor.model-v1:0:24k`; nil for an id that is no variant's.
    fileprivate var baseOfVariant: ModelID? {
        rawValue.wholeMatch(of: /(.+:[0-9]+):[^:]+/).map { ModelID(String($0.1)) }
    }

    /// Who made the model, which its id begins with.
    fileprivate var vendor: Vendor { Vendor(String(rawValue.prefix { $0 != "." }).lowercased()) }
}
