import Contracts

/// A file of prices as it is written, `prices.yaml` or the operator's `PRICES_FILE` (`contracts/schemas/prices.schema.json`).
package struct PriceFile: Sendable, Hashable {
    package var version: String
    package var rows: [PriceRow]

    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - yaml: Its text.
    ///   - file: What it is called in faults.
    ///   - registry: Names the models of Bedrock in full, and all providers; without one every id is taken as it is written.
    /// - Throws: `FileError` with everything that is wrong.
    package init(yaml: String, file: String, registry: ModelRegistry? = nil) throws(FileError) {
        self = try FileNode.read(yaml, file: file) { root in
            let reader = PriceFileReader(registry: registry)
            return reader.file(root)
        }
    }

    fileprivate init(version: String, rows: [PriceRow]) {
        self.version = version
        self.rows = rows
    }
}

private struct PriceFileReader {
    private static let rowKeys = [
        "provider", "model", "region", "profile", "validFrom", "input", "output", "cacheRead", "cacheWrite", "source",
        "checked", "verified", "unlisted",
    ]
    private static let requiredKeys = ["provider", "model", "validFrom", "input", "output", "source", "checked"]

    /// What two rows may not have in common.
    private struct Place: Hashable {
        var scope: PriceRow.Scope
        var validFrom: PriceDay
    }

    let registry: ModelRegistry?

    func file(_ root: FileNode) -> PriceFile? {
        guard let fields = root.fields(["version", "prices"], required: ["version", "prices"]) else { return nil }
        let version = fields["version"].flatMap(version)
        guard let items = fields["prices"]?.items() else { return nil }
        var lines: [Place: Int] = [:]
        let rows = items.compactMap { item -> PriceRow? in
            guard let row = row(item) else { return nil }
            let place = Place(scope: row.scope, validFrom: row.validFrom)
            if let line = lines.updateValue(item.place.line, forKey: place) {
                item.fault("is for the same as line \(line), from the same day on", cure: "Keep one of the two.")
            }
            return row
        }
        return version.map { PriceFile(version: $0, rows: rows) }
    }

    /// A name, which may look like a number.
    private func version(_ node: FileNode) -> String? {
        if case .number = node.json { return node.written }
        return node.line(limit: 40)
    }

    private func row(_ node: FileNode) -> PriceRow? {
        guard let fields = node.fields(Self.rowKeys, required: Self.requiredKeys) else { return nil }
        let provider = fields["provider"].flatMap(self.provider)
        let isUnlisted = fields["unlisted"]?.boolean() ?? false
        let model = fields["model"].flatMap { self.model($0, provider: provider, isUnlisted: isUnlisted) }
        let region = fields["region"].flatMap(wildcard)
        let profile = fields["profile"].flatMap(self.profile)
        let validFrom = fields["validFrom"].flatMap(day)
        let input = fields["input"].flatMap(amount)
        let output = fields["output"].flatMap(amount)
        let cacheRead = fields["cacheRead"].flatMap(amount)
        let cacheWrite = fields["cacheWrite"].flatMap(amount)
        let source = fields["source"]?.line()
        let checked = fields["checked"].flatMap(day)
        let isVerified = fields["verified"]?.boolean() ?? false
        guard let provider, let validFrom, let input, let output, let source, let checked else { return nil }
        return PriceRow(
            provider: ProviderID(provider), model: model, region: region.map { Region($0) }, profile: profile,
            validFrom: validFrom,
            price: TokenPrice(input: input, output: output, cacheRead: cacheRead, cacheWrite: cacheWrite),
            source: source, sourceDate: checked, isVerified: isVerified)
    }

    /// A misspelt provider would leave the one that is meant without a price. One that is like none that is known is another
    /// installation's: a file may serve several.
    private func provider(_ node: FileNode) -> String? {
        guard let text = node.line(limit: 100) else { return nil }
        guard let registry else { return text }
        let known = Set(registry.providers.map(\.id.rawValue) + registry.models.map(\.provider.rawValue))
        guard !known.contains(text), let meant = text.nearest(of: known.sorted()) else { return text }
        node.fault(
            "is '\(text)', which is no provider that is known",
            cure: "Did you mean '\(meant)'? Put others into PROVIDERS_FILE first.")
        return nil
    }

    /// Rows of Bedrock name registered models: one that no target ever has would leave its targets without a price. A row
    /// that says that its model is unlisted is for one that only the synced registry knows.
    private func model(_ node: FileNode, provider: String?, isUnlisted: Bool) -> ModelID? {
        guard let text = wildcard(node) else { return nil }
        guard let registry, provider == ProviderID.bedrock.rawValue else { return ModelID(text) }
        if isUnlisted {
            if registry.model(ModelID(text)) == nil { return ModelID(text) }
            node.fault("is '\(text)', a model of the registry", cure: "Take 'unlisted' out.")
            return nil
        }
        if let model = registry.model(ModelID(text)) { return model.id }
        let near = registry.suggestions(for: ModelID(text)).map(\.rawValue).joined(separator: " or ")
        node.fault(
            "is '\(text)', which is no model of the registry",
            cure: (near.isEmpty ? "Remove the row" : "Write \(near) if that is meant")
                + ", or write 'unlisted: true' if only a sync has found it.")
        return nil
    }

    private func profile(_ node: FileNode) -> InferenceProfileKind? {
        wildcard(node) == nil ? nil : node.word(of: InferenceProfileKind.allCases, what: "kind of profile")
    }

    /// - Returns: nil for `*` and for what is at fault.
    private func wildcard(_ node: FileNode) -> String? {
        guard let text = node.line(limit: 200) else { return nil }
        return text == "*" ? nil : text
    }

    private func amount(_ node: FileNode) -> Money? {
        if let text = node.written, let amount = Money(text) { return amount }
        node.fault(
            "is no amount", cure: "Write the dollars for a million tokens, as 3 or 0.25, with nine places at most.")
        return nil
    }

    private func day(_ node: FileNode) -> PriceDay? {
        if let text = node.written, let day = PriceDay(text) { return day }
        node.fault("is no day", cure: "Write one as 2026-01-17.")
        return nil
    }
}
