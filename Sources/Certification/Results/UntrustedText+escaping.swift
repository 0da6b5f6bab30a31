extension UntrustedText {
    /// On one line, for an HTML element's text or a quoted attribute.
    package func htmlEscaped(limit: Int) -> String {
        Self.escaped(line(limit: limit), apostrophe: "&#39;")
    }

    /// On one line, for an XML or SVG element's text or a quoted attribute.
    package func xmlEscaped(limit: Int) -> String {
        Self.escaped(line(limit: limit), apostrophe: "&apos;")
    }

    /// On one line, for Markdown: what could become markup, a link or HTML is written with a backslash before it.
    package func markdownEscaped(limit: Int) -> String {
        line(limit: limit).unicodeScalars.reduce(into: "") { text, scalar in
            if "\\`*_{}[]()<>#+-.!|~&:@".unicodeScalars.contains(scalar) { text.unicodeScalars.append("\\") }
            text.unicodeScalars.append(scalar)
        }
    }

    /// A CSV field in quotes. One that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV
    /// injection).
    package func csvField(limit: Int) -> String {
        let line = line(limit: limit)
        let isFormula = line.unicodeScalars.first.map { "=+-@|%＝＋－＠".unicodeScalars.contains($0) } ?? false
        let doubled = String(
            String.UnicodeScalarView(line.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }))
        return "\"\(isFormula ? "'" : "")\(doubled)\""
    }

    /// By scalars: joined to a mark, `<` is another character to Swift, and still `<` to a browser.
    private static func escaped(_ text: String, apostrophe: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += apostrophe
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
