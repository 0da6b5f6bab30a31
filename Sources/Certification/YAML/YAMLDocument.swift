import Yams

/// The one document of a YAML file that an operator wrote, composed only when it is small enough to be walked.
///
/// An alias stands for all that its anchor names, so that a few lines can stand for billions of values ("billion laughs"), or
/// for a depth that no stack holds. The composer itself hashes what it resolves. So the file is composed first with its
/// aliases as plain text, and measured as it would be with them.
enum YAMLDocument {
    /// Of UTF-8.
    static let mostBytes = 2 * 1024 * 1024
    /// Maps, lists and scalars, each alias counted as what it stands for.
    static let mostNodes = 100_000
    /// Maps and lists within one another.
    static let mostLevels = 64

    /// - Returns: nil for a file without a document.
    static func compose(_ yaml: String) throws(YAMLFault) -> Node? {
        guard yaml.utf8.count <= mostBytes else {
            throw YAMLFault(
                "is larger than \(mostBytes / 1024) KiB", cure: "Split it, or take out what it need not hold.")
        }
        do {
            let text = MarkedText(yaml)
            let parser = try Parser(yaml: text.marked)
            let root = try parser.singleRoot()
            var size = YAMLSize(aliasMark: text.mark)
            // The nodes refer to their anchors weakly; the parser holds them.
            try withExtendedLifetime(parser) { if let root { try size.measure(root, level: 1) } }
            return text.hasMarks ? try Yams.compose(yaml: yaml) : root
        } catch let fault as YAMLFault {
            throw fault
        } catch let error as YamlError {
            throw YAMLFault(error)
        } catch {
            throw YAMLFault("can't be read", cure: "Save it as YAML in UTF-8.")
        }
    }

    /// A text in which no `*` can begin an alias: a character that YAML takes for a letter stands for each.
    private struct MarkedText {
        var marked: String
        /// What stands for `*`.
        var mark: Character
        var hasMarks: Bool

        init(_ yaml: String) {
            hasMarks = yaml.utf8.contains(UInt8(ascii: "*"))
            // Private use: nobody writes it, and where somebody did another one does.
            let scalars = Set(hasMarks ? yaml.unicodeScalars.filter { (0xE000...0xF8FF).contains($0.value) } : [])
            let free = (0xE000...0xF8FF as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init)
                .first { !scalars.contains($0) }
            mark = Character(free ?? "\u{E000}")
            marked = hasMarks ? yaml.replacing("*", with: String(mark)) : yaml
        }
    }
}

/// How much a document comes to, in the order in which it is read.
private struct YAMLSize {
    private struct Extent {
        var nodes = 1
        var levels = 0
    }

    let aliasMark: Character
    private var nodes = 0
    private var anchors: [String: Extent] = [:]

    init(aliasMark: Character) { self.aliasMark = aliasMark }

    mutating func measure(_ node: Node, level: Int) throws {
        _ = try extent(of: node, level: level)
    }

    /// - Throws: `YAMLFault` at the first place that is too much.
    private mutating func extent(of node: Node, level: Int) throws -> Extent {
        var extent = Extent()
        switch node {
        case .scalar(let scalar):
            if let name = try aliasName(of: scalar) {
                extent = anchors[name] ?? extent
                try count(extent.nodes, at: node)
                try check(level - 1 + extent.levels, at: node)
            } else {
                try count(1, at: node)
            }
        case .sequence(let sequence):
            try add(Array(sequence), to: &extent, of: node, level: level)
        case .mapping(let mapping):
            try add(mapping.flatMap { [$0.key, $0.value] }, to: &extent, of: node, level: level)
        case .alias:
            // The parser resolves them itself.
            break
        }
        // As the parser does: a node can be named once it has been read, and again by another.
        if let anchor = node.anchorName { anchors[anchor] = extent }
        return extent
    }

    private mutating func add(_ children: [Node], to extent: inout Extent, of node: Node, level: Int) throws {
        try check(level, at: node)
        try count(1, at: node)
        var levels = 0
        for child in children {
            let part = try self.extent(of: child, level: level + 1)
            extent.nodes += part.nodes
            levels = max(levels, part.levels)
        }
        extent.levels = levels + 1
    }

    /// The anchor that a scalar would be the alias of.
    private func aliasName(of scalar: Node.Scalar) throws -> String? {
        guard scalar.style == .plain, scalar.string.first == aliasMark else { return nil }
        let name = scalar.string.dropFirst()
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) else {
            throw YAMLFault(
                at: scalar.mark, "begins with * as an alias does, and goes on as none",
                cure: "Put the text in quotes.")
        }
        return String(name)
    }

    private mutating func count(_ more: Int, at node: Node) throws {
        nodes += more
        guard nodes <= YAMLDocument.mostNodes else {
            throw YAMLFault(
                at: node.mark, "comes to more than \(YAMLDocument.mostNodes) values here, aliases resolved",
                cure: "Write out less, or use fewer aliases (*name).")
        }
    }

    private func check(_ levels: Int, at node: Node) throws {
        guard levels <= YAMLDocument.mostLevels else {
            throw YAMLFault(
                at: node.mark, "is nested deeper than \(YAMLDocument.mostLevels) levels here", cure: "Flatten it.")
        }
    }
}

extension Node {
    fileprivate var anchorName: String? {
        switch self {
        case .scalar(let scalar): scalar.anchor?.rawValue
        case .sequence(let sequence): sequence.anchor?.rawValue
        case .mapping(let mapping): mapping.anchor?.rawValue
        case .alias: nil
        }
    }
}
