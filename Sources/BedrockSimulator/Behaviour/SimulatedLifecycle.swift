/// What the control plane says of a model's life.
struct SimulatedLifecycle: Sendable, Hashable {
    enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        case active = "ACTIVE"
        case legacy = "LEGACY"
        /// Gone from the list.
        case retired = "RETIRED"
    }

    var status = Status.active
    /// ISO 8601, as AWS writes them.
    var legacyTime: String?
    var endOfLifeTime: String?
}
