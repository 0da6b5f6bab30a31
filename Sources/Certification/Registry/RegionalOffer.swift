package import Contracts
package import Foundation

/// What the control plane of one region says of a model.
package struct RegionalOffer: Sendable, Hashable {
    /// Nil when the list does not say.
    package var lifecycle: ModelLifecycle?
    package var requiresInferenceProfile: Bool
    /// The ids of the region's inference profiles of the model, sorted; nil when the region did not tell them.
    package var profiles: [String]?
    /// When the model was first missing from the region's list; nil while it is there.
    package var retiredAt: Date?

    package init(_ listing: SyncedRegistry.Listing) {
        lifecycle = listing.model.lifecycle
        requiresInferenceProfile = listing.model.requiresInferenceProfile
        profiles = listing.model.profiles
        retiredAt = listing.retiredAt
    }

    /// When the model reached the end of its life here; nil while it has not.
    ///
    /// A model that is gone from the list without ever having been called legacy may be missing by mistake: it has not
    /// ended.
    package func end(at now: Date) -> Date? {
        if let end = lifecycle?.endOfLife { return end <= now ? end : nil }
        guard lifecycle?.status == .legacy, let retiredAt, retiredAt <= now else { return nil }
        return retiredAt
    }

    /// The ids of the profiles of one kind, sorted; nil when the region did not tell its profiles.
    func profiles(of kind: InferenceProfileKind) -> [String]? {
        profiles?.filter { $0.hasPrefix("global.") == (kind == .global) }
    }
}

/// Whether a model can be had in a region.
package enum ModelAvailability: Sendable, Hashable {
    case offered
    /// The region's list of `asOf` does not hold it, any more since `since` if it ever did. `asOf` is nil for a region that
    /// never told its models and a model that only such lists know.
    case absent(since: Date?, asOf: Date?)
    /// It has reached the end of its life.
    case ended(Date)
}

extension RegisteredModel {
    /// What is called in a region when nobody says more: the plain id where the region takes it, else a profile of its
    /// geography, else the one of all regions.
    func profileKind(in region: Region) -> InferenceProfileKind {
        guard let offer = offers[region] else { return requiresInferenceProfile ? .geographic : .inRegion }
        guard offer.requiresInferenceProfile else { return .inRegion }
        let hasGlobalOnly = offer.profiles(of: .geographic) == [] && offer.profiles(of: .global) != []
        return hasGlobalOnly ? .global : .geographic
    }
}

extension ModelRegistry {
    /// Whether a model can be had in a region of its provider, as far as the region has told.
    package func availability(of model: RegisteredModel, in region: Region, at now: Date) -> ModelAvailability {
        let asOf = catalogues.first { $0.provider.id == model.provider }?.listedAt[region]
        guard let offer = model.offers[region] else {
            return asOf == nil && model.source != .synced ? .offered : .absent(since: nil, asOf: asOf)
        }
        if let end = offer.end(at: now) { return .ended(end) }
        return offer.retiredAt.map { .absent(since: $0, asOf: asOf) } ?? .offered
    }

    /// The regions of its provider in which a model can be had, in the order in which they are listed.
    package func regions(offering model: RegisteredModel, at now: Date) -> [Region] {
        (provider(model.provider)?.regions ?? []).map(\.id).filter {
            availability(of: model, in: $0, at: now) == .offered
        }
    }
}
