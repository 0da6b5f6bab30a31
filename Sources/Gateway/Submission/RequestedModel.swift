import Certification
import Contracts

/// A model as a request asks for it.
struct RequestedModel: Sendable, Hashable {
    var model: RegisteredModel
    /// That of the inference profile which is asked for, such as `us` or `global`; nil for as the region offers it.
    var profilePrefix: String?

    /// Tells it from everything else that can be asked for.
    var name: ModelID { profilePrefix.map { ModelID("\($0).\(model.id)") } ?? model.address }

    func target(in region: Region, _ registry: ModelRegistry) -> Target {
        registry.target(for: model, in: region, profilePrefix: profilePrefix)
    }

    /// Why there is no target of the model in the region; nil when there is one.
    func skipReason(in region: Region, _ registry: ModelRegistry) -> String? {
        if !registry.isServed(model, in: region), let provider = registry.provider(model.provider) {
            return "\(model.name) is served by \(provider.name), which has no region \(region), "
                + "only \(provider.regions.map(\.id).listed)."
        }
        let called = registry.invocationID(for: target(in: region, registry))
        guard let profilePrefix else {
            return called == nil ? "\(model.name) needs an inference profile, and none is known for \(region)." : nil
        }
        // The profile of another geography is another target, with other prices.
        guard called != "\(profilePrefix).\(model.id)" else { return nil }
        let offered = called.map { "it is called as \($0) there" } ?? "none is known for \(region)"
        return "\(region) does not offer the inference profile \(name): \(offered)."
    }
}
