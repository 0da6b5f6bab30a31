extension WrittenLanguage {
    /// Whether the text is in this language, by its script and, within a script, by its commonest words and own letters.
    ///
    /// Sure for some sentences. Too little text of a script that several languages share can't be told, nor can text that is
    /// as much in one language as in another; text that quotes another language counts as what most of it is.
    func grade(_ text: String) -> Grade {
        switch Self.detected(in: text) {
        case .told(let language):
            language == self ? .pass : .fail("The answer is in '\(language.rawValue)', not in '\(rawValue)'.")
        case .another:
            .fail("The answer is in a language that only looks like '\(rawValue)', or in none that is known.")
        case .untold(let candidates):
            candidates.contains(self)
                ? .graderError("The answer is too short or too mixed to tell whether it is in '\(rawValue)'.")
                : .fail("The answer is not in the script of '\(rawValue)'.")
        }
    }

    enum Detection: Hashable {
        case told(WrittenLanguage)
        /// It may be in any of these, and nothing says in which.
        case untold([WrittenLanguage])
        /// In none of those that can be told.
        case another
    }

    /// A script makes out so much of a text that is written in it; the rest is names and quotations.
    private static let scriptShare = 0.6
    /// How much the best language must have, how many times what the next has, and in how many words.
    private static let least = 1.0
    private static let margin = 1.3
    private static let fewestWords = 2
    /// What is looked at of a text.
    private static let mostScalars = 20_000

    static func detected(in whole: String) -> Detection {
        let text = String(whole.unicodeScalars.prefix(mostScalars))
        let scripts = weightedScripts(of: text)
        let total = scripts.values.reduce(0, +)
        guard let (script, weight) = scripts.max(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) })
        else { return .another }
        guard Double(weight) >= Double(total) * scriptShare else {
            let present = scripts.filter { $0.value * 5 >= total }.keys.sorted { $0.rawValue < $1.rawValue }
            return .untold(present.flatMap(\.languages))
        }
        return switch script {
        case .latin: told(among: LanguageProfile.latin, text)
        case .cyrillic: told(among: LanguageProfile.cyrillic, text)
        // One language that can be asked for: it is that unless the text shows that it is a neighbour's.
        case .arabic: told(among: LanguageProfile.arabic, text, otherwise: .arabic)
        case .devanagari: told(among: LanguageProfile.devanagari, text, otherwise: .hindi)
        case .greek: .told(.greek)
        case .hebrew: .told(.hebrew)
        case .thai: .told(.thai)
        case .hangul: .told(.korean)
        case .kana: .told(.japanese)
        case .han: .told(.chinese)
        case .other: .another
        }
    }

    /// How much of a text is in each script. An ideograph says as much as several letters.
    private static func weightedScripts(of text: String) -> [Script: Int] {
        var weights: [Script: Int] = [:]
        for scalar in text.unicodeScalars {
            guard let script = Script(scalar) else { continue }
            weights[script, default: 0] += script.weight
        }
        // Japanese is written in kana and Han together.
        if let kana = weights[.kana], kana * 5 >= weights[.han] ?? 0 {
            weights[.kana] = kana + (weights.removeValue(forKey: .han) ?? 0)
        }
        return weights
    }

    private enum Script: String {
        case latin, cyrillic, greek, arabic, hebrew, devanagari, thai, hangul, kana, han, other

        /// Nil for what is no letter.
        init?(_ scalar: Unicode.Scalar) {
            guard scalar.properties.isAlphabetic else { return nil }
            switch scalar.value {
            case 0x41...0x24F, 0x1E00...0x1EFF: self = .latin
            case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
            case 0x400...0x52F: self = .cyrillic
            case 0x590...0x5FF: self = .hebrew
            case 0x600...0x6FF, 0x750...0x77F, 0xFB50...0xFDFF, 0xFE70...0xFEFC: self = .arabic
            case 0x900...0x97F: self = .devanagari
            case 0xE00...0xE7F: self = .thai
            case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: self = .hangul
            case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D: self = .kana
            default: self = scalar.properties.isIdeographic ? .han : .other
            }
        }

        var weight: Int {
            switch self {
            case .han, .kana: 3
            case .hangul: 2
            default: 1
            }
        }

        var languages: [WrittenLanguage] {
            switch self {
            case .latin: LanguageProfile.latin.compactMap(\.language)
            case .cyrillic: LanguageProfile.cyrillic.compactMap(\.language)
            case .greek: [.greek]
            case .arabic: [.arabic]
            case .hebrew: [.hebrew]
            case .devanagari: [.hindi]
            case .thai: [.thai]
            case .hangul: [.korean]
            case .kana: [.japanese]
            case .han: [.chinese, .japanese]
            case .other: []
            }
        }
    }

    /// The language whose words and letters the text has clearly more of than any other's. What several languages share
    /// counts for each of them by its share.
    private static func told(
        among profiles: [LanguageProfile], _ text: String, otherwise fallback: WrittenLanguage? = nil
    ) -> Detection {
        let words = text.lowercased().writtenWords
            .flatMap { $0.split(whereSeparator: { "'’".contains($0) }).map(String.init) }
        var scores = [Double](repeating: 0, count: profiles.count)
        var known = 0
        for word in words {
            let speakers = profiles.indices.filter { profiles[$0].words.contains(word) }
            let writers = profiles.indices.filter { !profiles[$0].letters.isDisjoint(with: word) }
            for index in speakers { scores[index] += 1 / Double(speakers.count) }
            for index in writers { scores[index] += 1 / Double(writers.count) }
            if !speakers.isEmpty || !writers.isEmpty { known += 1 }
        }
        let ranked = scores.indices.sorted { scores[$0] > scores[$1] }
        let undecided = fallback.map(Detection.told) ?? .untold(profiles.compactMap(\.language))
        guard let first = ranked.first, let second = ranked.dropFirst().first, scores[first] >= least,
            scores[first] >= scores[second] * margin, known >= fewestWords,
            // Fewer words than these are known of no running text: it is something else, or no sentences.
            known * 8 >= words.count
        else { return undecided }
        return profiles[first].language.map(Detection.told) ?? .another
    }
}
