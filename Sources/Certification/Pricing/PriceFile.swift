import Contracts
import Yams

/// A file of prices as it is written, `prices.yaml` or the operator's `PRICES_FILE` (`contracts/schemas/prices.schema.json`).
package struct PriceFile: Sendable, Hashable {
    package var version: String
    package var rows: [PriceRow]

    /// The registry names the models of Bedrock in full; without one every id is taken as it is written.
    ///
    /// - Throws: `PriceFileError` with every fault and its line.
    package init(yaml: String, registry: ModelRegistry? = nil) throws(PriceFileError) {
        let root: Node?
        do throws(YAMLFault) {
            root = try YAMLDocument.compose(yaml)
        } catch {
            throw PriceFileError(error)
        }
        var reader = PriceFileReader(registry: registry)
        let (version, rows) = reader.read(root)
        guard reader.faults.isEmpty else { throw PriceFileError(faults: reader.faults) }
        self.version = version
        self.rows = rows
    }
}

/// What is wrong with one line of a file of prices.
package struct PriceFault: Sendable, Hashable, CustomStringConvertible {
    /// From 1; nil when it is about the file as a whole.
    package var line: Int?
    /// What is wrong and what to write, in a sentence or two.
    package var problem: String

    package var description: String { line.map { "line \($0): \(problem)" } ?? problem }
}

/// All that is wrong with a file of prices.
package struct PriceFileError: Error, Sendable, Hashable, CustomStringConvertible {
    package var faults: [PriceFault]

    /// The first ten faults.
    package var description: String {
        let shown = faults.prefix(10).map(\.description).joined(separator: "; ")
        return faults.count > 10 ? "\(shown); and \(faults.count - 10) more" : shown
    }

    fileprivate init(_ fault: YAMLFault) {
        let subject = fault.key.isEmpty ? "The file" : "'\(fault.key)'"
        faults = [PriceFault(line: fault.line, problem: "\(subject) \(fault.problem). \(fault.cure)")]
    }

    package init(faults: [PriceFault]) {
        self.faults = faults
    }
}

/// Reads the nodes of a file and collects every fault.
private struct PriceFileReader {
    private enum Key: String, CaseIterable {
        case provider, model, region, profile, validFrom, input, output, cacheRead, cacheWrite, source, checked,
            verified
    }

    /// What two rows may not have in common.
    private struct Place: Hashable {
        var provider: ProviderID
        var model: ModelID?
        var region: Region?
        var profile: InferenceProfileKind?
        var validFrom: PriceDay
    }

    let registry: ModelRegistry?
    private(set) var faults: [PriceFault] = []
    private var lines: [Place: Int] = [:]

    init(registry: ModelRegistry?) {
        self.registry = registry
    }

    mutating func read(_ root: Node?) -> (version: String, rows: [PriceRow]) {
        guard let root, let mapping = root.mapping else {
            fail(root, "A file of prices has the keys 'version' and 'prices'.")
            return ("", [])
        }
        refuseUnknownKeys(mapping, but: ["version", "prices"])
        let version = text(mapping["version"], "version", of: root, limit: 40) ?? ""
        guard let list = mapping["prices"]?.sequence else {
            fail(mapping["prices"] ?? root, "'prices' must be a list of rows.")
            return (version, [])
        }
        return (version, list.compactMap { row($0) })
    }

    private mutating func row(_ node: Node) -> PriceRow? {
        guard let mapping = node.mapping else {
            fail(node, "A row has \(Self.keyList).")
            return nil
        }
        let faultsBefore = faults.count
        refuseUnknownKeys(mapping, but: Key.allCases.map(\.rawValue))
        func value(_ key: Key) -> Node? { mapping[key.rawValue] }
        let provider = text(value(.provider), "provider", of: node, limit: 100)
        let model = model(value(.model), provider: provider, of: node)
        let region = wildcard(value(.region), "region")
        let profile = profile(value(.profile))
        let validFrom = day(value(.validFrom), "validFrom", of: node)
        let input = amount(value(.input), "input", of: node)
        let output = amount(value(.output), "output", of: node)
        let cacheRead = value(.cacheRead).flatMap { amount($0, "cacheRead", of: node) }
        let cacheWrite = value(.cacheWrite).flatMap { amount($0, "cacheWrite", of: node) }
        let source = text(value(.source), "source", of: node, limit: 500)
        let checked = day(value(.checked), "checked", of: node)
        let isVerified = boolean(value(.verified), "verified")
        guard faults.count == faultsBefore, let provider, let validFrom, let input, let output, let source, let checked
        else { return nil }
        let row = PriceRow(
            provider: ProviderID(provider), model: model, region: region.map { Region($0) }, profile: profile,
            validFrom: validFrom,
            price: TokenPrice(input: input, output: output, cacheRead: cacheRead, cacheWrite: cacheWrite),
            source: source, sourceDate: checked, isVerified: isVerified)
        refuseSecond(row, node)
        return row
    }

    private mutating func refuseSecond(_ row: PriceRow, _ node: Node) {
        let place = Place(
            provider: row.provider, model: row.model, region: row.region, profile: row.profile,
            validFrom: row.validFrom)
        if let line = lines[place] {
            fail(node, "Line \(line) has a price for the same from the same day on; keep one.")
        }
        lines[place] = node.mark?.line ?? 0
    }

    /// Rows of Bedrock name registered models: one that no target ever has would leave its targets without a price.
    private mutating func model(_ node: Node?, provider: String?, of row: Node) -> ModelID? {
        guard node != nil else {
            fail(row, "'model' is missing; write a model's id, or \"*\" for all of the provider.")
            return nil
        }
        guard let text = wildcard(node, "model") else { return nil }
        guard let registry, provider == ProviderID.bedrock.rawValue else { return ModelID(text) }
        if let model = registry.model(ModelID(text)) { return model.id }
        let near = registry.suggestions(for: ModelID(text)).map(\.rawValue).joined(separator: " or ")
        fail(node, "'\(text)' is no model of the registry\(near.isEmpty ? "; remove it." : "; did you mean \(near)?")")
        return nil
    }

    private mutating func profile(_ node: Node?) -> InferenceProfileKind? {
        guard let text = wildcard(node, "profile") else { return nil }
        if let kind = InferenceProfileKind(rawValue: text) { return kind }
        let known = InferenceProfileKind.allCases.map(\.rawValue).joined(separator: ", ")
        fail(node, "'profile' must be one of \(known), or \"*\".")
        return nil
    }

    /// - Returns: nil for `*`, and where the key is absent or at fault.
    private mutating func wildcard(_ node: Node?, _ key: String) -> String? {
        guard let node, let text = text(node, key, of: node, limit: 200) else { return nil }
        return text == "*" ? nil : text
    }

    private mutating func amount(_ node: Node?, _ key: String, of row: Node) -> Money? {
        guard let node else {
            fail(row, "'\(key)' is missing; write the dollars for a million tokens, as 0.25.")
            return nil
        }
        if let text = node.scalar?.string, let amount = Money(text) { return amount }
        fail(node, "'\(key)' must be dollars for a million tokens, as 3 or 0.25, with nine places at most.")
        return nil
    }

    private mutating func day(_ node: Node?, _ key: String, of row: Node) -> PriceDay? {
        if let text = node?.scalar?.string, let day = PriceDay(text) { return day }
        fail(node ?? row, "'\(key)' must be a day, as 2026-01-17.")
        return nil
    }

    private mutating func boolean(_ node: Node?, _ key: String) -> Bool {
        guard let node else { return false }
        switch node.scalar?.string {
        case "true": return true
        case "false": return false
        default:
            fail(node, "'\(key)' must be true or false.")
            return false
        }
    }

    private mutating func text(_ node: Node?, _ key: String, of parent: Node, limit: Int) -> String? {
        guard let node else {
            fail(parent, "'\(key)' is missing.")
            return nil
        }
        guard let text = node.scalar?.string, (1...limit).contains(text.count),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            fail(node, "'\(key)' must be a text of 1 to \(limit) characters on one line.")
            return nil
        }
        return text
    }

    private mutating func refuseUnknownKeys(_ mapping: Node.Mapping, but known: [String]) {
        for key in mapping.keys where !known.contains(key.scalar?.string ?? "") {
            fail(key, "There is no key '\(key.scalar?.string ?? "")'; use \(known.joined(separator: ", ")).")
        }
    }

    private mutating func fail(_ node: Node?, _ problem: String) {
        faults.append(PriceFault(line: node?.mark?.line, problem: problem))
    }

    private static var keyList: String { Key.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ") }
}
