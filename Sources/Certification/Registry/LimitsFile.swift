/// The operator's file of limits as it is written. Misspelt keys and impossible numbers are refused with the way to them.
struct LimitsFile: Sendable {
    struct Entries: Sendable {
        var general: DownstreamQuotas.Entry
        var models: [String: DownstreamQuotas.Entry]
    }

    var general: DownstreamQuotas.Entry
    var models: [String: DownstreamQuotas.Entry]
    var regions: [String: Entries]
}

extension LimitsFile: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case general = "default"
        case models, regions
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        general = try container.decodeIfPresent(DownstreamQuotas.Entry.self, forKey: .general) ?? .init()
        models = try container.decodeIfPresent([String: DownstreamQuotas.Entry].self, forKey: .models) ?? [:]
        regions = try container.decodeIfPresent([String: Entries].self, forKey: .regions) ?? [:]
    }
}

extension LimitsFile.Entries: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case general = "default"
        case models
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        general = try container.decodeIfPresent(DownstreamQuotas.Entry.self, forKey: .general) ?? .init()
        models = try container.decodeIfPresent([String: DownstreamQuotas.Entry].self, forKey: .models) ?? [:]
    }
}

extension DownstreamQuotas.Entry: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case requestsPerMinute, tokensPerMinute, concurrency }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        requestsPerMinute = try container.limit(Double.self, forKey: .requestsPerMinute, in: 0.1...1_000_000_000)
        tokensPerMinute = try container.limit(Double.self, forKey: .tokensPerMinute, in: 1...1_000_000_000_000)
        concurrency = try container.limit(Int.self, forKey: .concurrency, in: 1...100_000)
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    func refuseUnknownKeys(but known: [String]) throws {
        let keys = try container(keyedBy: AnyKey.self).allKeys
        guard let unknown = keys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: codingPath + [unknown],
                debugDescription: "is unknown; use \(known.joined(separator: ", "))"))
    }
}

extension KeyedDecodingContainer {
    /// Nil when the key is absent, `.some(nil)` for null.
    fileprivate func limit<Number: Comparable & Decodable>(
        _ type: Number.Type, forKey key: Key, in range: ClosedRange<Number>
    ) throws -> Number?? {
        guard contains(key) else { return nil }
        guard try !decodeNil(forKey: key) else { return .some(nil) }
        let number = try decode(type, forKey: key)
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription:
                    "is \(number); write a number from \(range.lowerBound) to \(range.upperBound), or null for no limit"
            )
        }
        return .some(number)
    }
}

extension LimitsFileError {
    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(context.codingPath + [key], "is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            self.init(context.codingPath, "has the wrong type: \(context.debugDescription)")
        case .dataCorrupted(let context):
            self.init(context.codingPath, context.debugDescription)
        @unknown default:
            self.init([], "\(error)")
        }
    }

    private init(_ path: [any CodingKey], _ problem: String) {
        self.init(key: path.map(\.stringValue).joined(separator: "."), problem: problem)
    }
}
