/// A feature flag as the management API tells it.
struct FeatureFlag: Decodable, Sendable, Hashable {
    var name: String
    var state: String
    var stability: String
}

extension Check {
    static let featureFlags = Check("feature flags") { surroundings in
        judge(
            featureFlags: try await surroundings.brokerTarget().management.get(
                "feature-flags", what: "list the feature flags"))
    }

    static func judge(featureFlags flags: [FeatureFlag]) -> [Finding] {
        let disabled = flags.filter { $0.state == "disabled" && ["stable", "required"].contains($0.stability) }
        guard !disabled.isEmpty else { return [] }
        let names = disabled.map(\.name).sorted().joined(separator: ", ").terminalSafe
        guard !disabled.contains(where: { $0.name == "stream_queue" }) else {
            return [
                .error(
                    "The feature flag stream_queue is disabled.",
                    why: "Without it dead letters are not kept at least once: those that cannot be delivered are lost.",
                    cure: "rabbitmqctl enable_feature_flag all")
            ]
        }
        return [
            .warning(
                "Feature flags are disabled: \(names).", why: "The next upgrade refuses to start without them.",
                cure: "rabbitmqctl enable_feature_flag all")
        ]
    }
}
