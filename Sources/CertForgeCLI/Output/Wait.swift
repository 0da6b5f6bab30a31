import ArgumentParser
import Contracts
import Foundation

/// A length of time as people write it: `45` or `45s`, `10m`, `2h`, `1d`, or several of them as in `1h30m`.
struct Wait: Sendable, Hashable, ExpressibleByArgument {
    /// From 1.
    let seconds: Int

    private static let longest = 3_200_000_000

    /// Nil when the text is no length of time, or none of at least a second and at most a hundred years.
    init?(argument: String) {
        var total = 0
        var rest = argument[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...]
            guard let number = Int(digits), max(number, total) <= Self.longest, let unit = Self.unit(rest.popFirst())
            else { return nil }
            total += number * unit
        }
        guard (1...Self.longest).contains(total) else { return nil }
        seconds = total
    }

    private static func unit(_ letter: Character?) -> Int? {
        switch letter {
        case nil, "s": 1
        case "m": 60
        case "h": 3_600
        case "d": 86_400
        default: nil
        }
    }

    /// `42 s`, `5 min`, `2 h 5 min`, `3 d 4 h`: two units at most.
    static func words(_ seconds: Int) -> String {
        let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
        guard let first = units.firstIndex(where: { seconds >= $0.1 }) else { return "0 s" }
        let (name, size) = units[first]
        let text = "\(seconds / size) \(name)"
        guard first + 1 < units.count, first < 2 || seconds < 600 else { return text }
        let (smallName, smallSize) = units[first + 1]
        let rest = seconds % size / smallSize
        return rest == 0 ? text : "\(text) \(rest) \(smallName)"
    }

    /// `in 42 s`, or `now` when the moment has come; the text itself when it is no moment.
    static func until(_ moment: String, from now: Date) -> String {
        guard let date = Date(rfc3339: moment) else { return moment }
        let seconds = Int(date.timeIntervalSince(now).rounded())
        return seconds <= 0 ? "now" : "in \(words(seconds))"
    }
}
