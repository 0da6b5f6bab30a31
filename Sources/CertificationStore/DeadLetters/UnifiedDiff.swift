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

        var isChange: Bool {
            if case .kept = self { false } else { true }
        }
    }

    /// Lines that are kept around each change.
    private static let context = 3

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

    /// Foundation's difference of collections is Myers' algorithm (1986), as `diff` has it.
    private static func lines(_ old: [Substring], _ new: [Substring]) -> [Line] {
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
        return ranges.flatMap { range in [header(of: range, in: lines)] + lines[range].map(\.text) }
    }

    private static func header(of range: Range<Int>, in lines: [Line]) -> String {
        func count(_ part: ArraySlice<Line>, isOld: Bool) -> Int {
            part.count { line in
                switch line {
                case .kept: true
                case .removed: isOld
                case .added: !isOld
                }
            }
        }
        let before = lines[..<range.lowerBound]
        let here = lines[range]
        return "@@ -\(count(before, isOld: true) + 1),\(count(here, isOld: true)) "
            + "+\(count(before, isOld: false) + 1),\(count(here, isOld: false)) @@"
    }
}
