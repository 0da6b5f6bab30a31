/// What changed between two texts, line by line, as `diff -u` writes it.
package struct UnifiedDiff: Sendable, Hashable {
    private enum Line: Hashable {
        case kept(Substring)
        case removed(Substring)
        case added(Substring)

        var text: String {
            switch self {
            case .kept(let line): " \(line)"
            case .removed(let line): "-\(line)"
            case .added(let line): "+\(line)"
            }
        }

        var isOld: Bool {
            if case .added = self { false } else { true }
        }

        var isNew: Bool {
            if case .removed = self { false } else { true }
        }

        var isChange: Bool { !isOld || !isNew }
    }

    /// Lines that are kept around each change.
    private static let context = 3
    /// More lines than this on a side are not compared with each other.
    private static let searchLimit = 2_000

    /// Empty when nothing changed.
    package let text: String

    package init(from old: String, to new: String, oldName: String, newName: String) {
        let lines = Self.lines(
            old.split(separator: "\n", omittingEmptySubsequences: false),
            new.split(separator: "\n", omittingEmptySubsequences: false))
        guard lines.contains(where: \.isChange) else {
            text = ""
            return
        }
        text = (["--- \(oldName)", "+++ \(newName)"] + Self.hunks(lines)).joined(separator: "\n") + "\n"
    }

    /// What is equal at the beginning and at the end needs no search.
    private static func lines(_ old: [Substring], _ new: [Substring]) -> [Line] {
        let head = zip(old, new).prefix { $0 == $1 }.count
        let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        let (removed, added) = (old.dropFirst(head).dropLast(tail), new.dropFirst(head).dropLast(tail))
        let middle =
            max(removed.count, added.count) > searchLimit
            ? removed.map(Line.removed) + added.map(Line.added) : differences(Array(removed), Array(added))
        return old.prefix(head).map(Line.kept) + middle + old.suffix(tail).map(Line.kept)
    }

    /// The standard library's difference of collections is Myers' algorithm (1986), as `diff` has it. Its memory grows
    /// with the square of the number of changes.
    private static func differences(_ old: [Substring], _ new: [Substring]) -> [Line] {
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var (from, to) = (0, 0)
        while from < old.count || to < new.count {
            if from < old.count, removed.contains(from) {
                lines.append(.removed(old[from]))
                from += 1
            } else if to < new.count, added.contains(to) {
                lines.append(.added(new[to]))
                to += 1
            } else {
                lines.append(.kept(old[from]))
                from += 1
                to += 1
            }
        }
        return lines
    }

    private static func hunks(_ lines: [Line]) -> [String] {
        let changes = lines.indices.filter { lines[$0].isChange }
        var ranges: [Range<Int>] = []
        for change in changes {
            let range = max(0, change - context)..<min(lines.count, change + context + 1)
            if let last = ranges.last, last.upperBound >= range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        var (old, new, end) = (1, 1, 0)
        return ranges.flatMap { range in
            let skipped = range.lowerBound - end
            let here = lines[range]
            let (oldCount, newCount) = (here.count(where: \.isOld), here.count(where: \.isNew))
            let header = "@@ -\(old + skipped),\(oldCount) +\(new + skipped),\(newCount) @@"
            (old, new, end) = (old + skipped + oldCount, new + skipped + newCount, range.upperBound)
            return [header] + here.map(\.text)
        }
    }
}
