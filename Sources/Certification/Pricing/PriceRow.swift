package import Contracts

/// One row of a price table. Where a field is nil, the row is for everything there.
package struct PriceRow: Sendable, Hashable, Codable {
    package var provider: ProviderID
    package var model: ModelID?
    package var region: Region?
    package var profile: InferenceProfileKind?
    /// From this day on, until a later row replaces it.
    package var validFrom: PriceDay
    package var price: TokenPrice
    /// Where the price was read, in words or as a URL.
    package var source: String
    /// When it was read there.
    package var sourceDate: PriceDay
    /// Whether somebody has compared it with the provider's own price list.
    package var isVerified: Bool

    package init(
        provider: ProviderID, model: ModelID?, region: Region? = nil, profile: InferenceProfileKind? = nil,
        validFrom: PriceDay, price: TokenPrice, source: String, sourceDate: PriceDay, isVerified: Bool = false
    ) {
        self.provider = provider
        self.model = model
        self.region = region
        self.profile = profile
        self.validFrom = validFrom
        self.price = price
        self.source = source
        self.sourceDate = sourceDate
        self.isVerified = isVerified
    }

    /// What the row is for, whenever that is.
    struct Scope: Hashable {
        var provider: ProviderID
        var model: ModelID?
        var region: Region?
        var profile: InferenceProfileKind?
    }

    var scope: Scope { Scope(provider: provider, model: model, region: region, profile: profile) }

    func applies(to target: Target, on day: PriceDay) -> Bool {
        provider == target.provider && validFrom <= day && (model ?? target.model) == target.model
            && (region ?? target.region) == target.region && (profile ?? target.profile) == target.profile
    }

    /// What it is for and from when on, for example `bedrock/us-east-1/vendor.model@2026-11-01`; `*` is everything.
    package var name: String {
        let parts =
            [provider.rawValue, region?.rawValue ?? "*", model?.rawValue ?? "*"]
            + [profile?.rawValue].compactMap(\.self)
        return parts.joined(separator: "/") + "@\(validFrom)"
    }

    /// SHA-256 of the row as canonical JSON, in lowercase hexadecimal.
    package var digest: String { CanonicalJSON.digest(of: self) }

    /// The more of a target a row names, the closer it is; the model counts more than the region, the region more than the
    /// kind of profile.
    var specificity: Int { (model == nil ? 0 : 4) + (region == nil ? 0 : 2) + (profile == nil ? 0 : 1) }
}

/// The price that a target was estimated, budgeted and charged by, with all that explains it.
package struct AppliedPrice: Sendable, Hashable, Codable {
    package var row: PriceRow
    /// As the table calls itself, for example `2026-01-17`.
    package var tableVersion: String
    /// SHA-256 of the whole table's rows, in lowercase hexadecimal.
    package var tableDigest: String
    /// From when the table has another price for the target; nil when it has none.
    package var validUntil: PriceDay?

    package init(row: PriceRow, tableVersion: String, tableDigest: String, validUntil: PriceDay? = nil) {
        self.row = row
        self.tableVersion = tableVersion
        self.tableDigest = tableDigest
        self.validUntil = validUntil
    }

    package var price: TokenPrice { row.price }
}
