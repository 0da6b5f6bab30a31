/// A model that the control plane lists although the registry does not know it.
struct ListedModel: Sendable, Hashable {
    var name: String
    var vendor: String
    var streaming: Bool
    var vision: Bool
    /// Nil for all.
    var regions: [String]?
}
