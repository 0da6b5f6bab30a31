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

    private typealias Waiter = CheckedContinuation<[BedrockInferenceProfile]?, Never>

    private let controlPlane: BedrockControlPlane?
    private let maxWait: Duration
    private let now: @Sendable () -> Date
    private var listings: [Region: Listing] = [:]
    /// Who waits for the listing of a region; a region with an entry is being listed.
    private var waiters: [Region: [Int: Waiter]] = [:]
    private var lastWaiter = 0

    /// `maxWait` is how long the whole listing of a region may take, all its pages together.
    init(
        controlPlane: BedrockControlPlane?, maxWait: Duration = .seconds(20), now: @escaping @Sendable () -> Date
    ) {
        self.controlPlane = controlPlane
        self.maxWait = maxWait
        self.now = now
    }

    /// The region's active profiles; nil when nobody can say, because the control plane is not configured, denied or down,
    /// and at once when the task that waits is cancelled.
    func profiles(in region: Region, refreshing isRefreshing: Bool = false) async -> [BedrockInferenceProfile]? {
        guard let controlPlane else { return nil }
        if let listing = listings[region] {
            let age = now().timeIntervalSince(listing.date)
            let lifetime = listing.profiles == nil ? Self.lifetimeOfFailure : Self.lifetime
            if age < (isRefreshing ? Self.minimumAge : lifetime) { return listing.profiles }
        }
        if waiters[region] == nil {
            waiters[region] = [:]
            // Unstructured, because several callers wait for it, and one of them being cancelled must not end it.
            Task { [maxWait] in
                finish(region, with: await Self.list(region, from: controlPlane, within: maxWait))
            }
        }
        return await nextListing(of: region)
    }

    private func nextListing(of region: Region) async -> [BedrockInferenceProfile]? {
        lastWaiter += 1
        let waiter = lastWaiter
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation from here on finds the waiter: the actor is not left before it is entered.
                guard !Task.isCancelled else { return continuation.resume(returning: nil) }
                waiters[region]?[waiter] = continuation
            }
        } onCancel: {
            Task { await self.dismiss(waiter, of: region) }
        }
    }

    private func dismiss(_ waiter: Int, of region: Region) {
        waiters[region]?.removeValue(forKey: waiter)?.resume(returning: nil)
    }

    private func finish(_ region: Region, with profiles: [BedrockInferenceProfile]?) {
        listings[region] = Listing(profiles: profiles, date: now())
        for waiter in (waiters.removeValue(forKey: region) ?? [:]).values { waiter.resume(returning: profiles) }
    }

    /// Nil when the control plane refuses, or takes too long. What follows is a guess, which Bedrock itself confirms or
    /// refuses.
    private static func list(
        _ region: Region, from controlPlane: BedrockControlPlane, within maxWait: Duration
    ) async -> [BedrockInferenceProfile]? {
        await withTaskGroup(of: [BedrockInferenceProfile]?.self) { tasks in
            tasks.addTask { try? await controlPlane.inferenceProfiles(in: region).filter(\.isActive) }
            tasks.addTask {
                try? await Task.sleep(for: maxWait)
                return nil
            }
            defer { tasks.cancelAll() }
            return await tasks.next().flatMap { $0 }
        }
    }
}
