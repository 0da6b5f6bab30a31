import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import ModelProviders
import ServiceLifecycle

/// Asks the control planes of all regions for their models: when somebody wants it, and on a schedule. Revokes the
/// certificates of models whose end of life has come: after each sync, and now and then as days pass. Safe in several
/// processes: one asks at a time, and one revokes at a time.
struct RegistrySync: Service {
    /// A region has a few hundred.
    private static let mostModels = 5_000
    /// How long the end of a sync may take to be written, also when the process shuts down.
    private static let finishingPatience: Duration = .seconds(3)

    let store: CertificationStore
    let controlPlane: BedrockControlPlane
    let regions: [Region]
    /// Zero: only when somebody wants it.
    let interval: Duration
    /// After which is looked for a sync that somebody wants.
    var pollInterval: Duration = .seconds(5)
    /// After which is looked for ends of life that have come without a sync.
    var endOfLifeInterval: Duration = .seconds(3_600)
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var nextRevocation = ContinuousClock.now
            while !Task.isCancelled {
                let isSynced = await round()
                if isSynced || ContinuousClock.now >= nextRevocation, await revokeEndedModels() {
                    nextRevocation = .now + endOfLifeInterval
                }
                // Only cancellation ends the sleep early, and the loop with it.
                try? await Task.sleep(for: pollInterval)
            }
        }
    }

    /// Syncs when that is due. Trouble is logged and left to the next round.
    ///
    /// - Returns: whether it was due and went through.
    private func round() async -> Bool {
        do {
            guard let sync = try await store.takeRegistrySync(every: interval, now: Date()) else { return false }
            logger.info("The registry is synced", metadata: ["syncId": "\(sync.id)", "by": "\(sync.requestedBy)"])
            let isComplete = await askAll(in: sync.id)
            try await finish(sync.id, failed: !isComplete)
            return true
        } catch {
            guard !Task.isCancelled else { return false }
            logger.warning("The registry cannot be synced", error: error)
            return false
        }
    }

    /// - Returns: whether all regions told all about their models.
    private func askAll(in sync: RegistrySyncID) async -> Bool {
        var isComplete = true
        do {
            for region in regions {
                guard !Task.isCancelled else { return false }
                if !(try await ask(region, in: sync)) { isComplete = false }
            }
            return isComplete
        } catch {
            if !Task.isCancelled { logger.warning("The registry cannot be synced", error: error) }
            return false
        }
    }

    /// Also when the process shuts down: others would wait for a sync that nobody does.
    private func finish(_ sync: RegistrySyncID, failed: Bool) async throws {
        let isDone = try await shielded {
            try await Timebase(ContinuousClock()).limit(Self.finishingPatience) {
                try await store.finishRegistrySync(sync, failed: failed, now: Date())
            }
        }
        if !isDone {
            logger.warning("A sync of the registry took too long and was given up", metadata: ["syncId": "\(sync)"])
        }
    }

    /// - Returns: whether it could be done; trouble is logged.
    private func revokeEndedModels() async -> Bool {
        do {
            for record in try await store.revokeEndedModels(now: Date()) {
                logger.notice(
                    "A certificate was revoked, because its model has ended",
                    metadata: [
                        "certificateId": "\(record.id)", "model": "\(record.target.model)",
                        "region": "\(record.target.region)",
                    ])
            }
            return true
        } catch {
            guard !Task.isCancelled else { return false }
            logger.warning("The certificates of models that have ended cannot be revoked", error: error)
            return false
        }
    }

    /// - Returns: whether the region told all about its models.
    private func ask(_ region: Region, in sync: RegistrySyncID) async throws -> Bool {
        let models: [BedrockModelSummary]
        do throws(ProviderError) {
            models = try await controlPlane.foundationModels(in: region)
        } catch {
            return try await giveUp(region, because: "\(error.category.rawValue): \(error.message)")
        }
        // An answer without models would retire all of them.
        guard !models.isEmpty else {
            return try await giveUp(region, because: "The region lists no model at all, which is not believed.")
        }
        guard models.count <= Self.mostModels else {
            return try await giveUp(region, because: "The region lists \(models.count) models, which is not believed.")
        }
        let profiles: [BedrockInferenceProfile]?
        var failure: ProviderError?
        do throws(ProviderError) {
            profiles = try await controlPlane.inferenceProfiles(in: region)
        } catch {
            profiles = nil
            failure = error
        }
        let changes = try await store.storeRegistry(
            SyncedModel.joined(models, profiles), of: region, at: .bedrock, in: sync, now: Date())
        note(changes, in: region)
        guard let failure else { return true }
        // Models and their lives are as of now; only their profiles are as they were.
        return try await giveUp(
            region, because: "inference profiles: \(failure.category.rawValue): \(failure.message)")
    }

    private func note(_ changes: [RegistryChange], in region: Region) {
        for change in changes {
            logger.notice(
                "The registry changed",
                metadata: [
                    "kind": "\(change.kind.rawValue)", "model": "\(change.model)", "region": "\(region)",
                    "fields": "\(change.fields.keys.sorted())",
                ])
        }
    }

    private func giveUp(_ region: Region, because reason: String) async throws -> Bool {
        let line = UntrustedText(reason).line(limit: 500)
        logger.warning("A region does not tell its models", metadata: ["region": "\(region)", "error": "\(line)"])
        try await store.noteRegistryFailure(line, of: region, at: .bedrock, now: Date())
        return false
    }
}

extension SyncedModel {
    /// A region's models with their profiles, those among them that only a profile leads to. `profiles` is nil when the
    /// region did not tell them.
    static func joined(_ models: [BedrockModelSummary], _ profiles: [BedrockInferenceProfile]?) -> [SyncedModel] {
        var byModel: [ModelID: [BedrockInferenceProfile]] = [:]
        for profile in profiles ?? [] where profile.isActive {
            if let model = profile.model { byModel[model, default: []].append(profile) }
        }
        let listed = models.map { summary in
            SyncedModel(summary, profiles: profiles.map { _ in (byModel[summary.id] ?? []).map(\.id) })
        }
        let others = byModel.keys.filter { id in !models.contains { $0.id == id } }
        return (listed + others.map { SyncedModel($0, behind: byModel[$0] ?? []) }).filter(\.id.isListable)
    }

    private init(_ summary: BedrockModelSummary, profiles: [String]?) {
        self.init(
            id: summary.id, name: summary.name, vendor: summary.vendorName, inputModalities: summary.inputModalities,
            outputModalities: summary.outputModalities, streams: summary.streams,
            requiresInferenceProfile: summary.requiresInferenceProfile, profiles: profiles,
            lifecycle: summary.lifecycle)
    }

    /// A model that other regions serve.
    private init(_ id: ModelID, behind profiles: [BedrockInferenceProfile]) {
        self.init(
            id: id, name: id.rawValue, vendor: "", inputModalities: [], outputModalities: [], streams: nil,
            requiresInferenceProfile: true, profiles: profiles.map(\.id), lifecycle: nil)
    }
}
