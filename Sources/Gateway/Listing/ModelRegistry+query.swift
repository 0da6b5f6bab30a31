import Certification
import Contracts

extension ModelRegistry {
    /// The model that the parameter `model` names by its id or an alias.
    func model(in query: inout QueryReader) -> RegisteredModel? {
        guard let text = query.text("model") else { return nil }
        if let model = model(ModelID(text)) { return model }
        query.fail("model", advice(onUnknown: text))
        return nil
    }

    /// The provider that the parameter `provider` names.
    func provider(in query: inout QueryReader) -> ProviderID? {
        guard let id = query.text("provider").map({ ProviderID($0) }) else { return nil }
        if provider(id) != nil { return id }
        let text = id.rawValue.quotedForDisplay
        query.fail("provider", "There is no provider \(text). Known: \(providers.map(\.id).listed).")
        return nil
    }

    /// The vendor that the parameter `vendor` names.
    func vendor(in query: inout QueryReader) -> Vendor? {
        guard let vendor = query.text("vendor").map({ Vendor($0) }) else { return nil }
        if vendors.contains(vendor) { return vendor }
        let text = vendor.rawValue.quotedForDisplay
        query.fail("vendor", "There is no vendor \(text). Known: \(vendors.listed).")
        return nil
    }

    /// The region that the parameter `region` names.
    func region(in query: inout QueryReader) -> Region? {
        guard let id = query.text("region").map({ Region($0) }) else { return nil }
        if region(id) != nil { return id }
        let text = id.rawValue.quotedForDisplay
        query.fail("region", "There is no region \(text). Known: \(regions.map(\.id).listed).")
        return nil
    }
}
