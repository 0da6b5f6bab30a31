extension Money {
    /// The digits after the decimal point that an amount may have.
    private static let places = 9

    /// Reads an amount of dollars that is not negative, as `0.01`, `1.5`, `12` or `$3`; nil when it is anything else, has
    /// more than nine places, or is a milliard or more.
    package init?(_ text: some StringProtocol) {
        let digits = text.hasPrefix("$") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...9).contains(whole.count), whole.allSatisfy(\.isASCIIDigit) else {
            return nil
        }
        var fraction = ""
        if parts.count == 2 {
            guard (1...Self.places).contains(parts[1].count), parts[1].allSatisfy(\.isASCIIDigit) else { return nil }
            fraction = String(parts[1])
        }
        fraction += String(repeating: "0", count: Self.places - fraction.count)
        guard let nanoDollars = Int64(whole + fraction) else { return nil }
        self.init(nanoDollars: nanoDollars)
    }

    /// The exact amount as a decimal number with at least two places, for example `12.50` or `0.000035`.
    package var decimal: String {
        var fraction = fractionDigits
        while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
        return "\(sign)\(wholeDollars).\(fraction)"
    }

    private var sign: String { nanoDollars < 0 ? "-" : "" }
    private var wholeDollars: UInt64 { nanoDollars.magnitude / 1_000_000_000 }

    private var fractionDigits: String {
        let digits = String(nanoDollars.magnitude % 1_000_000_000)
        return String(repeating: "0", count: Self.places - digits.count) + digits
    }
}

extension Money: CustomStringConvertible {
    /// For people: `$12.34`, under a dollar `$0.0123`, and `<$0.0001` for what four places do not show.
    package var description: String {
        if nanoDollars.magnitude >= 1_000_000_000 { return "\(sign)$\(rounded(places: 2))" }
        if nanoDollars == 0 { return "$0.00" }
        return nanoDollars.magnitude < 100_000 ? "\(sign)<$0.0001" : "\(sign)$\(rounded(places: 4))"
    }

    private func rounded(places: Int) -> String {
        let unit = (places..<Self.places).reduce(UInt64(1)) { unit, _ in unit * 10 }
        let units = (nanoDollars.magnitude + unit / 2) / unit
        let perDollar = 1_000_000_000 / unit
        let digits = String(units % perDollar)
        return "\(units / perDollar)." + String(repeating: "0", count: places - digits.count) + digits
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
