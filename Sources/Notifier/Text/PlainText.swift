/// Makes untrusted text harmless to show: what models, providers and requesters say ends up in terminals and mail
/// clients.
enum PlainText {
    /// One line of printable text: line breaks and tabs become spaces, other control characters, terminal escapes and
    /// characters that reorder or hide text become U+FFFD.
    /// At most `limit` characters are kept; what is cut is marked by an ellipsis.
    static func line(_ text: some StringProtocol, limit: Int = .max) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(harmless(scalar, after: scalars.last)) }
        let line = String(scalars)
        guard line.count > limit else { return line }
        return line.prefix(max(0, limit - 1)) + "…"
    }

    private static func harmless(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Unicode.Scalar {
        switch scalar.properties.generalCategory {
        case .control where ["\t", "\n", "\r"].contains(scalar): " "
        case .lineSeparator, .paragraphSeparator: " "
        case .control, .format, .surrogate, .privateUse, .unassigned: "\u{FFFD}"
        // Joined to a mark, "<" is another character to Swift and would pass the templates' escaping.
        case _ where scalar.properties.isGraphemeExtend && previous.map(isMarkup) ?? true: "\u{FFFD}"
        default: scalar
        }
    }

    private static func isMarkup(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && !scalar.properties.isAlphabetic
    }
}
