/// Breaks text into lines for a fixed width.
enum LineWrapping {
    /// Lines of at most `width` characters, broken at spaces; a longer word has a line of its own. No lines for no text.
    ///
    /// The first line begins with `first`, and the others are indented as far.
    static func lines(_ text: String, width: Int, first: String = "") -> [String] {
        let indent = String(repeating: " ", count: first.count)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, first.count + line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : " \(word)"
        }
        if !line.isEmpty { lines.append(line) }
        return lines.enumerated().map { ($0 == 0 ? first : indent) + $1 }
    }

    /// `text` with spaces up to `width` characters; longer text stays as it is.
    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
