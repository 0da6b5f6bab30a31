import Contracts
import Foundation

/// A stored result, rated again.
package struct Rerating: Sendable, Hashable {
    /// A field in which two verdicts differ.
    package struct Difference: Sendable, Hashable {
        /// The way to the field, for example `metrics.successRate`.
        package var path: String
        /// As JSON; nil where it is absent.
        package var stored: String?
        package var computed: String?
    }

    /// As it was given then.
    package var stored: Verdict
    /// By the rubric that the stored one was made by, as this program applies it; nil when it has no such rubric.
    package var again: Verdict?
    /// In what `again` is other than `stored`; empty when it is the same.
    package var differences: [Difference]
    /// By the rubric that was asked for; nil when that is the stored verdict's.
    package var other: Verdict?

    /// Rates a document by its own rubric, and by another one when that is asked for.
    ///
    /// - Throws: `ResultDocumentError` when the program has no such rubric.
    package init(
        _ document: ResultDocument, by version: Int? = nil, among catalog: RubricCatalog
    ) throws(ResultDocumentError) {
        let known = catalog.rubrics.map(\.version)
        let own = catalog.rubric(document.rubricVersion)
        stored = document.verdict
        again = own.map(document.verdict)
        if let version, version != document.rubricVersion {
            guard let rubric = catalog.rubric(version) else { throw .unknownRubric(version, known: known) }
            other = document.verdict(by: rubric)
        } else if own == nil {
            throw .unknownRubric(document.rubricVersion, known: known)
        }
        differences = []
        guard let again else { return }
        do {
            differences = try Self.differences(document.verdict, again)
        } catch {
            throw .unreadable("its verdict can't be compared: \(error).")
        }
    }

    private static func differences(_ stored: Verdict, _ computed: Verdict) throws -> [Difference] {
        var computed = computed
        computed.basis = nil
        // Until when it holds is for the certificate's terms to say (the suite's lifetime, the model's end), not for results.
        computed.certifiedUntil = stored.certifiedUntil
        // What an older version did not write, it did not find to be otherwise either.
        let isOld = stored.capabilities == nil
        let left = try fields(of: stored)
        let right = try fields(of: computed)
        let paths = isOld ? Set(left.keys) : Set(left.keys).union(right.keys)
        return paths.sorted().compactMap { path in
            left[path] == right[path] ? nil : Difference(path: path, stored: left[path], computed: right[path])
        }
    }

    /// Every value of a verdict's JSON by its path.
    private static func fields(of verdict: Verdict) throws -> [String: String] {
        let value = try JSONDecoder().decode(JSONValue.self, from: ResultDocument.encoder.encode(verdict))
        var fields: [String: String] = [:]
        collect(value, at: "", into: &fields)
        return fields
    }

    private static func collect(_ value: JSONValue, at path: String, into fields: inout [String: String]) {
        switch value {
        case .object(let members):
            for (name, member) in members {
                collect(member, at: path.isEmpty ? name : "\(path).\(name)", into: &fields)
            }
        case .array(let elements):
            fields["\(path).count"] = "\(elements.count)"
            for (index, element) in elements.enumerated() { collect(element, at: "\(path)[\(index)]", into: &fields) }
        case .string, .number, .boolean, .null:
            fields[path] = value.lines().joined()
        }
    }
}
