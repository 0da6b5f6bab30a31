import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import ModelProviders
import ServiceLifecycle

/// Asks the control planes of all regions for their models: when somebody wants it, and on a schedule. Safe in several
/// processes: one asks at a time.
struct RegistrySync: Service {
    let store: CertificationStore
    let controlPlane: BedrockControlPlane
    let regions: [Region]
    /// Zero: only when somebody wants it.
    let interval: Duration
    /// After which is looked for a sync that somebody wants.
    var pollInterval: Duration = .seconds(5)
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await round()
                // Only cancellation ends the sleep early, and the loop with it.
                try? await Task.sleep(for: pollInterval)
            }
        }
    }

    /// Does what is due. Trouble is logged and left to the next round.
    func round() async {
        do {
            guard let sync = try await store.takeRegistrySync(every: interval, now: Date()) else { return }
            logger.info("The registry is synced", metadata: ["syncId": "\(sync.id)", "by": "\(sync.requestedBy)"])
            var failed = 0
            for region in regions where !Task.isCancelled {
                if !(try await ask(region, in: sync.id)) { failed += 1 }
            }
            try await store.finishRegistrySync(sync.id, failed: failed > 0 || Task.isCancelled, now: Date())
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("The registry cannot be synced", error: error)
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
