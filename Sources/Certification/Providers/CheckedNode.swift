import Yams

/// A node of a YAML file that is read once and complains with file, line and key.
struct CheckedNode {
    let node: Node
    let place: FilePlace

    init(_ node: Node, source: String, path: String = "") {
        self.node = node
        place = FilePlace(source: source, line: node.startMark?.line ?? 1, path: path)
    }

    func failure(_ problem: String) -> ProvidersFileError { ProvidersFileError(place, problem) }

    /// The members of a mapping that has no others than `known`.
    func members(_ known: [String]) throws(ProvidersFileError) -> [String: CheckedNode] {
        guard let mapping = node.mapping else {
            throw failure("must be a mapping with \(known.joined(separator: ", "))")
        }
        var members: [String: CheckedNode] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            let member = child(value, at: place.path.isEmpty ? name : "\(place.path).\(name)", named: key)
            guard known.contains(name) else {
                throw member.failure("is unknown; use \(known.joined(separator: ", "))")
            }
            members[name] = member
        }
        return members
    }

    /// The names and values of a mapping, in their order.
    func entries() throws(ProvidersFileError) -> [(name: String, value: CheckedNode)] {
        guard let mapping = node.mapping else { throw failure("must be a mapping of names to values") }
        return mapping.map { key, value in
            let name = key.string ?? ""
            return (name, child(value, at: "\(place.path).\(name)", named: key))
        }
    }

    /// The elements of a list that is not empty.
    func elements(of what: String) throws(ProvidersFileError) -> [CheckedNode] {
        guard let sequence = node.sequence else { throw failure("must be a list of \(what)") }
        guard !sequence.isEmpty else { throw failure("is empty; name at least one, or leave the key out") }
        return sequence.enumerated().map { index, element in
            CheckedNode(element, source: place.source, path: "\(place.path)[\(index)]")
        }
    }

    /// A text that is not blank and has no control characters.
    func text() throws(ProvidersFileError) -> String {
        guard node.scalar != nil, let text = node.string, node.tag != Tag(.null) else {
            throw failure("must be a text")
        }
        guard text.contains(where: { !$0.isWhitespace }) else { throw failure("is blank; write a text") }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw failure("has a control character; write it on one line")
        }
        return text
    }

    func boolean() throws(ProvidersFileError) -> Bool {
        guard node.scalar != nil, let value = node.bool else { throw failure("must be true or false") }
        return value
    }

    func number(in range: ClosedRange<Double>) throws(ProvidersFileError) -> Double {
        guard node.scalar != nil, let value = node.float, range.contains(value) else {
            throw failure("must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func integer(in range: ClosedRange<Int>) throws(ProvidersFileError) -> Int {
        guard node.scalar != nil, let value = node.int, range.contains(value) else {
            throw failure("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The line of a member is its key's: the value may begin on a later one.
    private func child(_ value: Node, at path: String, named key: Node) -> CheckedNode {
        CheckedNode(value, place: FilePlace(source: place.source, line: key.startMark?.line ?? place.line, path: path))
    }

    private init(_ node: Node, place: FilePlace) {
        self.node = node
        self.place = place
    }
}

extension Node {
    fileprivate var startMark: Mark? {
        switch self {
        case .scalar(let scalar): scalar.mark
        case .mapping(let mapping): mapping.mark
        case .sequence(let sequence): sequence.mark
        case .alias(let alias): alias.mark
        }
    }
}

extension [String: CheckedNode] {
    /// The member that must be there; `owner` is the mapping that lacks it.
    func required(_ name: String, of owner: CheckedNode) throws(ProvidersFileError) -> CheckedNode {
        guard let member = self[name] else { throw owner.failure("has no '\(name)'; add it") }
        return member
    }
}
