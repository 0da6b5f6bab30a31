import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import ModelProviders
import ServiceLifecycle

/// Asks the control planes of all regions for their models: when somebody wants it, and on a schedule. Revokes the
/// certificates of models whose end of life has come: after each sync, and now and then as days pass. Safe in several
/// processes: one asks at a time, and one revokes at a time.
struct RegistrySync: Service {
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
            var failed = 0
            for region in regions where !Task.isCancelled {
                if !(try await ask(region, in: sync.id)) { failed += 1 }
            }
            try await store.finishRegistrySync(sync.id, failed: failed > 0 || Task.isCancelled, now: Date())
            return true
        } catch {
            guard !Task.isCancelled else { return false }
            logger.warning("The registry cannot be synced", error: error)
            return false
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

    /// - Returns: whether the region told its models.
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
        let changes = try await store.storeRegistry(
            models.map(SyncedModel.init), of: region, at: .bedrock, in: sync, now: Date())
        for change in changes {
            logger.notice(
                "The registry changed",
                metadata: [
                    "kind": "\(change.kind.rawValue)", "model": "\(change.model)", "region": "\(region)",
                    "fields": "\(change.fields.keys.sorted())",
                ])
        }
        return true
    }

    private func giveUp(_ region: Region, because reason: String) async throws -> Bool {
        let line = UntrustedText(reason).line(limit: 500)
        logger.warning("A region does not tell its models", metadata: ["region": "\(region)", "error": "\(line)"])
        try await store.noteRegistryFailure(line, of: region, at: .bedrock, now: Date())
        return false
    }
}

extension SyncedModel {
    init(_ summary: BedrockModelSummary) {
        self.init(
            id: summary.id, name: summary.name, vendor: summary.vendorName, inputModalities: summary.inputModalities,
            outputModalities: summary.outputModalities, streams: summary.streams,
            requiresInferenceProfile: summary.requiresInferenceProfile, lifecycle: summary.lifecycle)
    }
}
