/// Text that came from a model or a provider, before it may go into a database, a log, a mail or a page.
package struct UntrustedText: Sendable, Hashable {
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The text's beginning without control characters; line breaks and tabs are kept.
    ///
    /// The limit, from 1, is in Unicode scalars, so that one letter under a thousand accents counts a thousand.
    package func excerpt(limit: Int) -> String {
        bounded(limit) { scalar in
            switch scalar {
            case "\n", "\t": scalar
            case "\u{2028}", "\u{2029}": "\n"
            default: Self.isHarmful(scalar) ? nil : scalar
            }
        }
    }

    /// The text's beginning on one line: a run of white space becomes one space. The limit is as `excerpt`'s.
    package func line(limit: Int) -> String {
        var endsInSpace = true
        return bounded(limit) { scalar in
            if scalar.properties.isWhitespace {
                defer { endsInSpace = true }
                return endsInSpace ? nil : " "
            }
            guard !Self.isHarmful(scalar) else { return nil }
            endsInSpace = false
            return scalar
        }
    }

    /// Keeps what `keep` returns of each scalar, and puts an ellipsis in the last place when that is too much.
    private func bounded(_ limit: Int, keep: (Unicode.Scalar) -> Unicode.Scalar?) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            guard let scalar = keep(scalar) else { continue }
            guard count < limit else { return Self.shortened(kept) }
            kept.append(scalar)
            count += 1
        }
        if kept.last == " " { kept.removeLast() }
        return String(kept)
    }

    /// Cuts between characters, never between a letter and its accents.
    private static func shortened(_ scalars: String.UnicodeScalarView) -> String {
        String(String(scalars).dropLast()) + "…"
    }

    /// Control characters (those of a terminal, C1 included), marks that turn the reading direction of what follows them
    /// (Unicode TR 36 §3.2), and characters that hide text in a text: tags, fillers, selectors of variants. Joiners stay,
    /// because emoji and some scripts need them.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C, 0xFEFF, 0xE0000...0xE007F: true
        case 0x00AD, 0x180E, 0x200B, 0x2060...0x2064, 0x206A...0x206F, 0x3164, 0xFFA0, 0xFFF9...0xFFFB,
            0xE0100...0xE01EF:
            true
        default: scalar.properties.generalCategory == .control || scalar.properties.isNoncharacterCodePoint
        }
    }
}
