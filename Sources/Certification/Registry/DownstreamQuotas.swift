import Contracts
package import Foundation

/// The quotas of all downstreams: what the registry guesses, under what the operator's file says.
///
/// The most specific entry decides, limit by limit: a model in a region, a model, a region, the default.
///
/// Models are named as in requests: by id where only one provider has it, else by `provider/id`.
package struct DownstreamQuotas: Sendable, Hashable {
    /// One quota's limits; a limit that is absent is left to the less specific entry, null is no limit.
    struct Entry: Sendable, Hashable {
        var requestsPerMinute: Double??
        var tokensPerMinute: Double??
        var concurrency: Int??
    }

    /// The quotas of a region.
    struct RegionEntries: Sendable, Hashable {
        var general = Entry()
        /// By address.
        var models: [ModelID: Entry] = [:]
    }

    /// Of the operator's file.
    static let mostBytes = 2 * 1024 * 1024

    var general = Entry()
    var models: [ModelID: Entry] = [:]
    var regions: [Region: RegionEntries] = [:]

    /// What an account that nobody has checked can be hoped to have for each model and region: a guess, low enough for
    /// most quotas that AWS gives to accounts that are in use, and far above what a single job needs.
    package static let guessed = DownstreamQuota(
        requestsPerMinute: 400, tokensPerMinute: 400_000, concurrency: 20, isGuessed: true)

    /// Those that the registry guesses.
    package init() {}

    /// Reads the operator's file, `{"default": {…}, "models": {"<id>": {…}}, "regions": {"<id>": {"default": {…},
    /// "models": {…}}}}` with `requestsPerMinute`, `tokensPerMinute` and `concurrency` in each `{…}`.
    ///
    /// - Throws: `LimitsFileError`, which names the key and the cure.
    package init(json: Data, registry: ModelRegistry) throws(LimitsFileError) {
        guard json.count <= Self.mostBytes else {
            throw LimitsFileError(
                key: "", problem: "The file is larger than \(Self.mostBytes / 1024) KiB; take out what it need not hold"
            )
        }
        let file: LimitsFile
        do {
            file = try JSONDecoder().decode(LimitsFile.self, from: json)
        } catch let error as DecodingError {
            throw LimitsFileError(error)
        } catch {
            throw LimitsFileError(key: "", problem: "\(error)")
        }
        general = file.general
        models = try Self.resolved(file.models, under: "models", registry)
        for (id, entries) in file.regions {
            guard registry.region(Region(id)) != nil else {
                throw LimitsFileError(
                    key: "regions.\(id)",
                    problem: "is no region; use one of \(registry.regions.map(\.id.rawValue).joined(separator: ", "))")
            }
            regions[Region(id)] = RegionEntries(
                general: entries.general,
                models: try Self.resolved(entries.models, under: "regions.\(id).models", registry))
        }
    }

    private static func resolved(
        _ entries: [String: Entry], under path: String, _ registry: ModelRegistry
    ) throws(LimitsFileError) -> [ModelID: Entry] {
        var resolved: [ModelID: Entry] = [:]
        for (id, entry) in entries {
            guard let model = registry.model(ModelID(id)) else {
                let near = registry.suggestions(for: ModelID(id)).map(\.rawValue).joined(separator: ", ")
                throw LimitsFileError(
                    key: "\(path).\(id)",
                    problem: near.isEmpty
                        ? "is no model of the registry; remove it" : "is no model; did you mean \(near)?")
            }
            resolved[model.address] = entry
        }
        return resolved
    }

    package func quota(of downstream: Downstream) -> DownstreamQuota {
        let region = regions[downstream.region]
        let model = ModelID(downstream.model, of: downstream.provider)
        let entries = [region?.models[model], models[model], region?.general, general]
            .compactMap(\.self)
        let guess = Self.guessed
        let requests = entries.lazy.compactMap(\.requestsPerMinute).first
        let tokens = entries.lazy.compactMap(\.tokensPerMinute).first
        let concurrency = entries.lazy.compactMap(\.concurrency).first
        return DownstreamQuota(
            requestsPerMinute: requests ?? guess.requestsPerMinute, tokensPerMinute: tokens ?? guess.tokensPerMinute,
            concurrency: concurrency ?? guess.concurrency,
            isGuessed: requests == nil && tokens == nil && concurrency == nil)
    }
}

/// What is wrong with a file of limits.
package struct LimitsFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The way to the key, for example `models.amazon.nova-lite-v1:0.concurrency`; empty for the file as a whole.
    package var key: String
    package var problem: String

    package var description: String { key.isEmpty ? problem : "'\(key)' \(problem)" }
}
