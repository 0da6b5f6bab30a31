import Certification
import Contracts
import Foundation

/// The inference profiles of each region, as its control plane lists them, kept for a while.
actor InferenceProfileDirectory {
    /// Profiles are added every few weeks.
    private static let lifetime: TimeInterval = 600
    /// A control plane that is denied or down is asked again sooner than one that answered.
    private static let lifetimeOfFailure: TimeInterval = 60
    /// A list this young isn't asked for again, whoever says that it is out of date.
    private static let minimumAge: TimeInterval = 10

    private struct Listing {
        /// Nil when the control plane gave none.
        var profiles: [BedrockInferenceProfile]?
        var date: Date
    }

    private let controlPlane: BedrockControlPlane?
    private let now: @Sendable () -> Date
    private var listings: [Region: Listing] = [:]
    private var requests: [Region: Task<[BedrockInferenceProfile]?, Never>] = [:]

    init(controlPlane: BedrockControlPlane?, now: @escaping @Sendable () -> Date) {
        self.controlPlane = controlPlane
        self.now = now
    }

    /// The region's active profiles; nil when nobody can say, because the control plane is not configured, denied or down.
    func profiles(in region: Region, refreshing isRefreshing: Bool = false) async -> [BedrockInferenceProfile]? {
        guard let controlPlane else { return nil }
        if let listing = listings[region] {
            let age = now().timeIntervalSince(listing.date)
            let lifetime = listing.profiles == nil ? Self.lifetimeOfFailure : Self.lifetime
            if age < (isRefreshing ? Self.minimumAge : lifetime) { return listing.profiles }
        }
        if let request = requests[region] { return await request.value }
        // Unstructured, because several callers wait for it, and one of them being cancelled must not end it.
        let request = Task { () -> [BedrockInferenceProfile]? in
            do throws(ProviderError) {
                return try await controlPlane.inferenceProfiles(in: region).filter(\.isActive)
            } catch {
                // What follows is a guess, which Bedrock itself confirms or refuses.
                return nil
            }
        }
        requests[region] = request
        let profiles = await request.value
        requests[region] = nil
        listings[region] = Listing(profiles: profiles, date: now())
        return profiles
    }
}
