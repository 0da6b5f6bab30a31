extension String {
    /// The text with spaces behind it up to a width in characters.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// The text without what steers a terminal or turns its reading direction: what a model, a provider or a server wrote
    /// is only shown.
    var terminalSafe: String { String(String.UnicodeScalarView(unicodeScalars.filter { !$0.steersTerminal })) }

    /// The same JSON, in which what `terminalSafe` drops is written as `\u…`. Its own line breaks and tabs stay.
    var terminalSafeJSON: String {
        unicodeScalars.reduce(into: "") { json, scalar in
            guard scalar.steersTerminal, !"\n\r\t".unicodeScalars.contains(scalar) else {
                json.unicodeScalars.append(scalar)
                return
            }
            // Beyond the first plane as a surrogate pair (RFC 8259, section 7).
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var steersTerminal: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}

extension Int {
    /// `1 target`, `2 targets`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
