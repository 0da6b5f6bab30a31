import Contracts
import Foundation
import Yams

/// A value of a YAML file that a person has written, with the place it stands at. What is wrong with it goes into the list of
/// faults, and reading goes on.
struct FileNode {
    /// What a YAML reader of version 1.1 takes for a boolean, and one of 1.2 for text.
    private static let ambiguous: Set<String> = ["yes", "no", "on", "off", "y", "n"]

    let node: Node
    /// For example `tests[2].calls[0]`.
    let key: String
    let faults: FileFaultList

    func child(_ name: String, _ node: Node) -> FileNode {
        FileNode(node: node, key: key.isEmpty ? name : "\(key).\(name)", faults: faults)
    }

    var place: FilePlace {
        FilePlace(file: faults.file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, key: key)
    }

    func fault(_ problem: String, cure: String) {
        faults.add(place.fault(problem, cure: cure))
    }

    /// What the value is, in one word.
    private var kind: String {
        switch json {
        case .object: "a map"
        case .array: "a list"
        case .string: "text"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "empty"
        }
    }

    /// The value as JSON has it; a scalar in quotes is text.
    var json: JSONValue {
        switch node {
        case .mapping(let mapping):
            .object(Dictionary(mapping.map { ($0.key.string ?? "", child("", $0.value).json) }) { $1 })
        case .sequence(let sequence): .array(sequence.map { child("", $0).json })
        case .scalar(let scalar): scalar.style == .plain ? JSONValue(plain: scalar.string) : .string(scalar.string)
        case .alias: .null
        }
    }

    /// A scalar as it is written, a number or a day as well as a text.
    var written: String? { node.scalar?.string }

    /// A map's fields. Keys that are not known are faults, and so are required ones that are missing.
    func fields(_ known: [String], required: [String] = []) -> [String: FileNode]? {
        guard case .mapping(let mapping) = node else {
            fault("is \(kind), not a map", cure: "Write a map of \(known.joined(separator: ", ")).")
            return nil
        }
        var fields: [String: FileNode] = [:]
        for (name, value) in mapping {
            let text = name.string ?? ""
            if known.contains(text) {
                fields[text] = child(text, value)
            } else {
                child(text, name).fault("is not a key that is known here", cure: text.advice(of: known))
            }
        }
        for name in required where fields[name] == nil {
            fault("lacks '\(name)'", cure: "Add the key '\(name)'.")
        }
        return fields
    }

    /// The names and values of a map with any keys, in their order.
    func entries() -> [(name: String, value: FileNode)]? {
        guard case .mapping(let mapping) = node else {
            fault("is \(kind), not a map", cure: "Write a map of names to values.")
            return nil
        }
        return mapping.map { name, value in (name.string ?? "", child(name.string ?? "", value)) }
    }

    func items() -> [FileNode]? {
        guard case .sequence(let sequence) = node else {
            fault("is \(kind), not a list", cure: "Write a list, one '- ' to each item.")
            return nil
        }
        return sequence.enumerated().map { index, item in
            FileNode(node: item, key: "\(key)[\(index)]", faults: faults)
        }
    }

    /// Text that is not blank.
    func text() -> String? {
        guard case .string(let text) = json else {
            fault("is \(kind), not text", cure: node.scalar == nil ? "Write text." : "Put it in quotes.")
            return nil
        }
        if node.scalar?.style == .plain, Self.ambiguous.contains(text.lowercased()) {
            fault("is read as a boolean by some readers", cure: "Put it in quotes.")
            return nil
        }
        guard !text.isBlank else {
            fault("is blank", cure: "Write what it is to say.")
            return nil
        }
        return text
    }

    /// What `text()` is, on one line, without control characters and not too long.
    func line(limit: Int = 500) -> String? {
        guard let text = text() else { return nil }
        guard text.count <= limit, text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            fault("is no text of 1 to \(limit) characters on one line", cure: "Write one.")
            return nil
        }
        return text
    }

    /// What `line(limit:)` is, in a certain form. What is refused is not repeated: it may be a secret.
    func line(matching pattern: Regex<Substring>, form: String, limit: Int = 500) -> String? {
        guard let text = line(limit: limit) else { return nil }
        guard text.wholeMatch(of: pattern) != nil else {
            fault("is not \(form)", cure: "Write one.")
            return nil
        }
        return text
    }

    func texts() -> [String]? {
        guard let items = items() else { return nil }
        if items.isEmpty { fault("is an empty list", cure: "Name at least one, or leave the key out.") }
        return items.compactMap { $0.text() }
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard case .number(let decimal) = json, let number = Int("\(decimal)"), range.contains(number) else {
            fault("is not a whole number from \(range.lowerBound) to \(range.upperBound)", cure: "Write one.")
            return nil
        }
        return number
    }

    func number(in range: ClosedRange<Double>) -> Double? {
        guard case .number(let decimal) = json, let number = Double("\(decimal)"), range.contains(number) else {
            fault("is not a number from \(range.lowerBound) to \(range.upperBound)", cure: "Write one.")
            return nil
        }
        return number
    }

    func boolean() -> Bool? {
        guard case .boolean(let boolean) = json else {
            fault("is neither true nor false", cure: "Write true or false.")
            return nil
        }
        return boolean
    }

    /// One of some words; `what` names them, for example `dimension`.
    func word<Word: RawRepresentable>(of words: [Word], what: String) -> Word? where Word.RawValue == String {
        guard let text = text() else { return nil }
        if let word = words.first(where: { $0.rawValue == text }) { return word }
        fault("is '\(text)', which is no known \(what)", cure: text.advice(of: words.map(\.rawValue)))
        return nil
    }

    /// The node below this one that a decoder's path leads to, as far as it leads.
    func descendant(at path: some Sequence<any CodingKey>) -> FileNode {
        path.reduce(self) { place, step in
            if let index = step.intValue, case .sequence(let sequence) = place.node, sequence.indices.contains(index) {
                return FileNode(node: sequence[index], key: "\(place.key)[\(index)]", faults: faults)
            }
            if case .mapping(let mapping) = place.node, let value = mapping[Node(step.stringValue)] {
                return place.child(step.stringValue, value)
            }
            return place
        }
    }
}

extension JSONValue {
    /// A scalar without quotes, by the rules that JSON, YAML 1.1 and YAML 1.2 share.
    fileprivate init(plain text: String) {
        switch text {
        case "", "~", "null": self = .null
        case "true": self = .boolean(true)
        case "false": self = .boolean(false)
        default:
            let isNumber = text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
            let number = isNumber ? Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) : nil
            self = number.map(JSONValue.number) ?? .string(text)
        }
    }
}
