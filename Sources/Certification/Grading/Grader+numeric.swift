import Foundation

extension Grader {
    /// After Inspect's `match(numeric=True)`: currency signs, thousands separators, `*` and `_` are set aside; `%` is not,
    /// because it leaves open whether 60 % is 60 or 0.6.
    func gradeNumber(_ value: Double, tolerance: Double, in text: String) -> Grade {
        guard let found = Number.last(in: text) else { return .noAnswer("The answer holds no number.") }
        if found.isPercentage {
            return .fail("The answer's last number is a percentage, which leaves open what it is.")
        }
        return found.isWithin(tolerance, of: value)
            ? .pass : .fail("The answer's last number is not \(value)\(tolerance > 0 ? " ± \(tolerance)" : "").")
    }
}

/// A number as a text spells it.
private struct Number {
    /// In digits, with `-`, `.` and an exponent where it has them.
    var digits: String
    var isPercentage: Bool

    /// The last number of a text.
    static func last(in text: String) -> Number? {
        let plain = String(
            String.UnicodeScalarView(
                text.unicodeScalars.compactMap { scalar in
                    switch scalar {
                    case "*", "_": nil
                    case "\u{2212}": "-"
                    default: scalar.properties.generalCategory == .currencySymbol ? nil : scalar
                    }
                }))
        let pattern =
            /(?<sign>-)?(?<whole>[0-9]{1,3}(?:[,'’\u{00A0}\u{202F}][0-9]{3})+(?![0-9])|[0-9]+|(?=\.[0-9]))(?<rest>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3}(?![0-9]))?)(?<percent>\s?[%‰])?/
            .matchingSemantics(.unicodeScalar)
        for match in plain.matches(of: pattern).reversed() {
            let before = plain[..<match.range.lowerBound].unicodeScalars.last?.properties
            let follows = before.map { $0.isAlphabetic || $0.numericType != nil } ?? false
            let isSigned = match.output.sign != nil
            // A digit that follows a letter or a point is part of a name, as in CO2; a minus that follows one is a dash, and
            // one that stands by itself is a bullet.
            if !isSigned, follows || plain[..<match.range.lowerBound].last == "." { continue }
            let whole = match.output.whole.unicodeScalars.filter { ("0"..."9").contains($0) }
            return Number(
                digits: (isSigned && !follows ? "-" : "")
                    + (whole.isEmpty ? "0" : String(String.UnicodeScalarView(whole)))
                    + match.output.rest,
                isPercentage: match.output.percent != nil)
        }
        return nil
    }

    /// In decimals where both can be, so that 0.3 is within 0.1 of 0.2.
    func isWithin(_ tolerance: Double, of value: Double) -> Bool {
        let posix = Locale(identifier: "en_US_POSIX")
        if let number = Decimal(string: digits, locale: posix), let wanted = Decimal(string: "\(value)", locale: posix),
            let most = Decimal(string: "\(tolerance)", locale: posix)
        {
            return (number - wanted).magnitude <= most
        }
        return Double(digits).map { abs($0 - value) <= tolerance } ?? false
    }
}
