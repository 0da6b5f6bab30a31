import Foundation
import Postgres

/// A region's list of models, as it was read last.
struct RegistryList: Sendable, Hashable {
    var region: String
    /// Nil when the region never told its models.
    var syncedAt: Date?
    /// Why the last try failed; nil when it did not.
    var failure: String?
}

extension Check {
    /// Whether the regions tell their models, and how old what is known is.
    static let registry = Check("registry") { surroundings in
        guard try await surroundings.hasTable("certification.registry_regions") else { return [] }
        let rows = try await surroundings.query(
            "SELECT region, synced_at, failure FROM certification.registry_regions ORDER BY region")
        return judge(
            lists: try rows.map {
                RegistryList(
                    region: try $0.decode("region"), syncedAt: try $0.decodeIfPresent("synced_at"),
                    failure: try $0.decodeIfPresent("failure"))
            }, now: Date())
    }

    static func judge(lists: [RegistryList], now: Date) -> [Finding] {
        var findings = lists.compactMap { list in
            list.failure.map { failure in
                Finding.warning(
                    "\(list.region) did not tell all about its models: \(failure.terminalSafe)",
                    why: "What is known of them is \(age(of: list, now: now)).",
                    cure:
                        "Allow the processors' AWS user bedrock:ListFoundationModels and bedrock:ListInferenceProfiles "
                        + "there, then 'certforge registry sync'.")
            }
        }
        let old = lists.filter { list in
            list.failure == nil && list.syncedAt.map { now.timeIntervalSince($0) > oldAge } ?? false
        }
        if let oldest = old.min(by: { $0.syncedAt ?? now < $1.syncedAt ?? now }) {
            findings.append(
                .notice(
                    "\(old.count.counted("region")) told \(old.count == 1 ? "its" : "their") models long ago; what is known "
                        + "of \(oldest.region) is \(age(of: oldest, now: now)).",
                    why: "New models are not offered, and ends of life not noticed.",
                    cure: "'certforge registry sync', or a REGISTRY_SYNC_INTERVAL of the processors other than 0."))
        }
        return findings
    }

    /// A week, in seconds.
    private static let oldAge: TimeInterval = 7 * 86_400

    private static func age(of list: RegistryList, now: Date) -> String {
        guard let syncedAt = list.syncedAt else { return "nothing" }
        return "\(Int(now.timeIntervalSince(syncedAt) / 3_600)) h old"
    }
}
