package import Contracts
import Foundation

/// A model as a provider's control plane lists it in one region. Names are the provider's own words, made harmless.
package struct SyncedModel: Sendable, Hashable, Codable {
    package var id: ModelID
    package var name: String
    package var vendor: String
    /// For example `TEXT`, `IMAGE`.
    package var inputModalities: [String]
    package var outputModalities: [String]
    /// Nil when the list does not say.
    package var streams: Bool?
    /// Whether the plain id is refused and an inference profile has to be called.
    package var requiresInferenceProfile: Bool
    /// The ids of the region's inference profiles of the model, sorted; nil when the region did not tell them.
    package var profiles: [String]?
    /// Nil when the list does not say.
    package var lifecycle: ModelLifecycle?

    package init(
        id: ModelID, name: String, vendor: String, inputModalities: [String], outputModalities: [String],
        streams: Bool?, requiresInferenceProfile: Bool, profiles: [String]? = nil, lifecycle: ModelLifecycle?
    ) {
        self.id = id
        self.name = UntrustedText(name).line(limit: 200)
        self.vendor = UntrustedText(vendor).line(limit: 100)
        self.inputModalities = inputModalities.prefix(20).map { UntrustedText($0).line(limit: 40) }.sorted()
        self.outputModalities = outputModalities.prefix(20).map { UntrustedText($0).line(limit: 40) }.sorted()
        self.streams = streams
        self.requiresInferenceProfile = requiresInferenceProfile
        self.profiles = profiles.map { $0.prefix(20).map { UntrustedText($0).line(limit: 250) }.sorted() }
        self.lifecycle = lifecycle
    }

    /// Whether the suites could test it: it talks in text.
    package var talksInText: Bool { inputModalities.contains("TEXT") && outputModalities.contains("TEXT") }
}

/// What a region's list says of a model that it did not say before.
package struct RegistryChange: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case added = "ADDED"
        case changed = "CHANGED"
        /// Gone from the list.
        case retired = "RETIRED"
    }

    package var kind: Kind
    package var model: ModelID
    /// Of each field that changed the old value and the new one; empty unless it changed.
    package var fields: [String: [String]]

    package init(kind: Kind, model: ModelID, fields: [String: [String]]) {
        self.kind = kind
        self.model = model
        self.fields = fields
    }

    /// What makes one list the other, by model.
    package static func changes(from old: [SyncedModel], to new: [SyncedModel]) -> [RegistryChange] {
        let before = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return Set(before.keys).union(after.keys).sorted().compactMap { id in
            switch (before[id], after[id]) {
            case (nil, _?): return RegistryChange(kind: .added, model: id, fields: [:])
            case (_?, nil): return RegistryChange(kind: .retired, model: id, fields: [:])
            case (let old?, let new?):
                let fields = new.fields(changedSince: old)
                return fields.isEmpty ? nil : RegistryChange(kind: .changed, model: id, fields: fields)
            case (nil, nil): return nil
            }
        }
    }
}

extension SyncedModel {
    fileprivate func fields(changedSince old: SyncedModel) -> [String: [String]] {
        var old = old
        // What is told for the first time, or for once not, is no change.
        if old.profiles == nil || profiles == nil { old.profiles = profiles }
        let pairs = zip(old.words, words)
        return pairs.reduce(into: [:]) { changed, pair in
            if pair.0.value != pair.1.value { changed[pair.0.name] = [pair.0.value, pair.1.value] }
        }
    }

    /// Each field as a person reads it.
    private var words: [(name: String, value: String)] {
        [
            ("name", name), ("vendor", vendor), ("inputModalities", inputModalities.joined(separator: ", ")),
            ("outputModalities", outputModalities.joined(separator: ", ")),
            ("streams", streams.map { "\($0)" } ?? "–"), ("requiresInferenceProfile", "\(requiresInferenceProfile)"),
            ("profiles", profiles?.joined(separator: ", ") ?? "–"),
            ("lifecycle", lifecycle?.status.rawValue ?? "–"),
            ("legacyFrom", lifecycle?.legacyFrom?.formatted(.iso8601) ?? "–"),
            ("endOfLife", lifecycle?.endOfLife?.formatted(.iso8601) ?? "–"),
        ]
    }
}
