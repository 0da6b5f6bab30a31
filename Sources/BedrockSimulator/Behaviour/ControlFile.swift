import Foundation

/// The control file: `{"models": {"<model id>": {"behaviour": "throttle", "share": 0.3}}, "latencyScale": 0.5,
/// "quotas": {"<model id>": {"requestsPerMinute": 60, "regions": ["us-east-1"]}}, "delayMs": 300, "lifecycles": {"<model id>":
/// {"status": "LEGACY", "endOfLifeTime": "2027-01-01T00:00:00Z"}}, "listed": {"simulator.normal-v1:0": {"name": "New"}}}`; the
/// model `*` stands for all in `quotas`.
struct ControlFile: Sendable, Hashable {
    var models: [String: BehaviourRule] = [:]
    /// 0–100; nil leaves it to the environment.
    var latencyScale: Double?
    var quotas: [String: SimulatedQuota] = [:]
    /// 0–60,000; of the models that delay their first chunk. Nil for 300.
    var delayMs: Double?
    var lifecycles: [String: SimulatedLifecycle] = [:]
    /// Models named for a behaviour that the control plane lists beside those of the registry.
    var listed: [String: ListedModel] = [:]

    init() {}

    /// - Throws: `ControlFileError` for whatever is not exactly as described.
    init(json: Data) throws(ControlFileError) {
        do {
            self = try JSONDecoder().decode(ControlFile.self, from: json)
        } catch let error as DecodingError {
            throw ControlFileError(error)
        } catch {
            throw ControlFileError(key: "", problem: "\(error)")
        }
    }
}

/// What is wrong with a control file.
struct ControlFileError: Error, Hashable, CustomStringConvertible {
    /// The way to the key, for example `models.amazon.nova-lite-v1:0.share`; empty for the file as a whole.
    var key: String
    var problem: String

    var description: String { key.isEmpty ? problem : "'\(key)': \(problem)" }
}

extension ControlFileError {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(context.codingPath + [key], "it is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            self.init(context.codingPath, context.debugDescription)
        @unknown default:
            self.init([], "\(error)")
        }
    }

    private init(_ path: [any CodingKey], _ problem: String) {
        self.init(key: path.map(\.stringValue).joined(separator: "."), problem: problem)
    }
}

extension ControlFile: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case models, latencyScale, quotas, delayMs, lifecycles, listed
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        models = try container.decodeIfPresent([String: BehaviourRule].self, forKey: .models) ?? [:]
        latencyScale = try container.decodeIfPresent(Double.self, forKey: .latencyScale, in: 0...100)
        quotas = try container.decodeIfPresent([String: SimulatedQuota].self, forKey: .quotas) ?? [:]
        delayMs = try container.decodeIfPresent(Double.self, forKey: .delayMs, in: 0...60_000)
        lifecycles = try container.decodeIfPresent([String: SimulatedLifecycle].self, forKey: .lifecycles) ?? [:]
        listed = try container.decodeIfPresent([String: ListedModel].self, forKey: .listed) ?? [:]
        if let id = listed.keys.sorted().first(where: { Behaviour(simulatorModel: $0) == nil }) {
            throw DecodingError.dataCorruptedError(
                forKey: .listed, in: container,
                debugDescription: "'\(id)' cannot be called; list models such as simulator.normal-v1:0")
        }
    }
}

extension ListedModel: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case name, vendor, streaming, vision, regions }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            vendor: try container.decodeIfPresent(String.self, forKey: .vendor) ?? "Simulator",
            streaming: try container.decodeIfPresent(Bool.self, forKey: .streaming) ?? true,
            vision: try container.decodeIfPresent(Bool.self, forKey: .vision) ?? true,
            regions: try container.decodeIfPresent([String].self, forKey: .regions))
    }
}

extension SimulatedLifecycle: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case status, legacyTime, endOfLifeTime }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        status = try container.decodeIfPresent(Status.self, forKey: .status) ?? .active
        legacyTime = try Self.time(.legacyTime, in: container)
        endOfLifeTime = try Self.time(.endOfLifeTime, in: container)
    }

    private static func time(_ key: CodingKeys, in container: KeyedDecodingContainer<CodingKeys>) throws -> String? {
        guard let text = try container.decodeIfPresent(String.self, forKey: key) else { return nil }
        guard (try? Date(text, strategy: .iso8601)) != nil else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container, debugDescription: "it must be a time like 2027-01-01T00:00:00Z")
        }
        return text
    }
}

extension BehaviourRule: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case behaviour, share, first, regions }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .behaviour)
        guard let behaviour = Behaviour(rawValue: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .behaviour, in: container,
                debugDescription: "it must be one of \(Behaviour.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.init(
            behaviour: behaviour, share: try container.decodeIfPresent(Double.self, forKey: .share, in: 0...1),
            first: try container.decodeIfPresent(Int.self, forKey: .first, in: 0...1_000_000_000),
            regions: try container.decodeIfPresent([String].self, forKey: .regions))
    }
}

extension SimulatedQuota: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case requestsPerMinute, regions }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let number = try container.decodeIfPresent(Double.self, forKey: .requestsPerMinute, in: 1...1_000_000)
        guard let number else {
            throw DecodingError.keyNotFound(
                CodingKeys.requestsPerMinute, .init(codingPath: decoder.codingPath, debugDescription: "it is missing"))
        }
        self.init(
            requestsPerMinute: number, regions: try container.decodeIfPresent([String].self, forKey: .regions))
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// A misspelt key must not silently do nothing.
    fileprivate func refuseUnknownKeys(but known: [String]) throws {
        let keys = try container(keyedBy: AnyKey.self).allKeys
        guard let unknown = keys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: codingPath + [unknown],
                debugDescription: "it is unknown; known are \(known.joined(separator: ", "))"))
    }
}

extension KeyedDecodingContainer {
    fileprivate func decodeIfPresent<Number: Comparable & Decodable>(
        _ type: Number.Type, forKey key: Key, in range: ClosedRange<Number>
    ) throws -> Number? {
        guard let number = try decodeIfPresent(type, forKey: key) else { return nil }
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "it is \(number); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
