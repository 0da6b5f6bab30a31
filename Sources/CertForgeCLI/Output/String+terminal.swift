extension String {
    /// The text with spaces behind it up to a width in characters.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// The text without what steers a terminal or turns its reading direction: what a model, a provider or a server wrote
    /// is only shown.
    var terminalSafe: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.filter { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
                    default: true
                    }
                }))
    }
}

extension Int {
    /// `1 target`, `2 targets`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
