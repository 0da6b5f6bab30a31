import Certification
import Contracts
import Foundation
import Synchronization

/// Finds how each target is called, and remembers what Bedrock taught about it.
final class BedrockRouter: Sendable {
    private static let lifetime: TimeInterval = 600

    private let directory: InferenceProfileDirectory
    private let now: @Sendable () -> Date
    private let knownID: @Sendable (Target) -> String?
    private let learned = Mutex<[Target: (route: BedrockRoute, date: Date)]>([:])

    init(
        controlPlane: BedrockControlPlane?, now: @escaping @Sendable () -> Date,
        knownID: @escaping @Sendable (Target) -> String?
    ) {
        self.knownID = knownID
        directory = InferenceProfileDirectory(controlPlane: controlPlane, now: now)
        self.now = now
    }

    /// The way to call a target first.
    ///
    /// - Throws: `regionUnavailable` when the region has no such profile.
    func route(to target: Target) async throws(ProviderError) -> BedrockRoute {
        let known = learned.withLock { $0[target] }
        if let known, now().timeIntervalSince(known.date) < Self.lifetime { return known.route }
        guard target.needsProfile else { return try target.guessedRoute() }
        guard let profiles = await directory.profiles(in: target.region), !profiles.isEmpty else {
            if let known = knownID(target) { return BedrockRoute(calledModel: known) }
            return try target.guessedRoute()
        }
        guard let profile = profiles.best(for: target.model, kind: target.profile, in: target.region) else {
            throw Self.unlisted(target, among: profiles)
        }
        return BedrockRoute(calledModel: profile.id)
    }

    /// Another way after a call was refused; nil when there is none that the refusal asks for.
    func detour(from route: BedrockRoute, to target: Target, after error: ProviderError) async -> BedrockRoute? {
        if error.category == .inferenceProfileRequired, target.profile == .inRegion, route.refusedModel == nil {
            return await profileRoute(insteadOf: route, to: target)
        }
        guard route.operation == .converse, error.lacksConverse, let format = InvokeFormat(model: target.model) else {
            return nil
        }
        var detour = route
        detour.operation = .invoke(format)
        return detour
    }

    /// Remembers a detour that led to an answer, so that the next call takes it at once.
    func learn(_ route: BedrockRoute, to target: Target) {
        learned.withLock { $0[target] = (route, now()) }
    }

    private func profileRoute(insteadOf route: BedrockRoute, to target: Target) async -> BedrockRoute? {
        let listed = await directory.profiles(in: target.region, refreshing: true) ?? []
        let profile =
            listed.best(for: target.model, kind: .geographic, in: target.region)
            ?? listed.best(for: target.model, kind: .global, in: target.region)
        var geographic = target
        geographic.profile = .geographic
        guard let called = profile?.id ?? (listed.isEmpty ? knownID(geographic) ?? geographic.bedrockModelID : nil),
            called != route.calledModel
        else { return nil }
        return BedrockRoute(calledModel: called, operation: route.operation, refusedModel: route.calledModel)
    }

    private static func unlisted(_ target: Target, among profiles: [BedrockInferenceProfile]) -> ProviderError {
        let others = profiles.filter { $0.model == target.model }.map(\.id).sorted()
        return ProviderError(
            category: .regionUnavailable, code: "",
            message:
                "\(target.region) lists no \(target.profile.rawValue) inference profile of \(target.model); it lists "
                + (others.isEmpty ? "none of this model" : others.joined(separator: ", ")))
    }
}

extension [BedrockInferenceProfile] {
    /// The profile of that kind for a model. Of several geographies (`jp` and `apac` in Tokyo) the one that the region's
    /// name stands for, so that a target stays what it was; else the one with the fewest destinations.
    fileprivate func best(for model: ModelID, kind: InferenceProfileKind, in region: Region) -> BedrockInferenceProfile?
    {
        let offered = filter { $0.model == model && $0.kind == kind }
        let usual = Target(provider: .bedrock, model: model, region: region, profile: kind).bedrockModelID
        return offered.first { $0.id == usual } ?? offered.min { ($0.regions.count, $0.id) < ($1.regions.count, $1.id) }
    }
}

extension ProviderError {
    /// Whether the model exists, but not for Converse. The second text is what AWS says today.
    fileprivate var lacksConverse: Bool {
        let text = BedrockErrorClassifier.comparable(message)
        return category == .capabilityUnsupported
            && (text.contains("converse") || text.contains("this action doesn't support the model"))
    }
}
