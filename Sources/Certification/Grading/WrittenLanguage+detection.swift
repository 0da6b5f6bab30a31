extension WrittenLanguage {
    /// Whether the text is in this language, by its script and, within a script, by its commonest words or own letters.
    ///
    /// Sure for some sentences; short text of a script that several languages share can't be told, and text that quotes
    /// another language counts as what most of it is.
    func grade(_ text: String) -> Grade {
        switch Self.detected(in: text) {
        case .told(let language):
            language == self ? .pass : .fail("The answer is in '\(language.rawValue)', not in '\(rawValue)'.")
        case .unknownScript:
            .fail("The answer is in none of the scripts of '\(rawValue)'.")
        case .untold(let candidates):
            candidates.contains(self)
                ? .graderError("The answer is too short to tell whether it is in '\(rawValue)'.")
                : .fail("The answer is not in the script of '\(rawValue)'.")
        }
    }

    enum Detection: Hashable {
        case told(WrittenLanguage)
        /// It is in the script of these, and says too little to tell which.
        case untold([WrittenLanguage])
        case unknownScript
    }

    static func detected(in text: String) -> Detection {
        var counts: [Script: Int] = [:]
        for scalar in text.unicodeScalars.prefix(20_000) {
            if let script = Script(scalar) { counts[script, default: 0] += 1 }
        }
        // Japanese is written in kana and Han together.
        if let kana = counts[.kana], kana * 5 >= counts[.han] ?? 0 {
            counts[.kana] = kana + (counts.removeValue(forKey: .han) ?? 0)
        }
        guard let script = counts.max(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) })?.key else {
            return .unknownScript
        }
        switch script {
        case .latin: return byWords(text)
        case .cyrillic: return byLetters(text)
        case .greek: return .told(.greek)
        case .arabic: return .told(.arabic)
        case .hebrew: return .told(.hebrew)
        case .devanagari: return .told(.hindi)
        case .thai: return .told(.thai)
        case .hangul: return .told(.korean)
        case .kana: return .told(.japanese)
        case .han: return .told(.chinese)
        case .other: return .unknownScript
        }
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
    }

    private static let commonWords: [(language: WrittenLanguage, words: Set<String>)] = [
        (.english, words("the of and to in is that it was for on are with as at be this have from or by not but what")),
        (
            .german,
            words("der die das und ist nicht ein eine zu den mit von im auf für auch sich dem es ich wir sie wird")
        ),
        (.french, words("le la les et est des une un dans que pour pas sur qui il au avec ce sont du elle nous vous")),
        (.spanish, words("el la los las y es de que en un una por con para no se del su al como más está son lo pero")),
        (.italian, words("il la di che e è un una per non con sono del della nel si le gli ma anche più come lo dei")),
        (.portuguese, words("o a os as e é de que em um uma por com para não se do da no na mais como são dos ao foi")),
        (
            .dutch,
            words("de het een en van is dat niet in op te zijn voor met die aan er ook maar naar bij wordt ik we")
        ),
        (.polish, words("i w na z się nie jest to że do o jak ale po co tak za od przez są był dla czy już oraz")),
    ]

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(separator: " ").map(String.init))
    }

    private static func byWords(_ text: String) -> Detection {
        let found = text.lowercased().writtenWords.prefix(5000)
        let scores = commonWords.map { entry in (entry.language, found.count { entry.words.contains($0) }) }
            .sorted { $0.1 > $1.1 }
        let candidates = commonWords.map(\.language)
        guard scores.count > 1, scores[0].1 >= 2, scores[0].1 > scores[1].1 else { return .untold(candidates) }
        // Fewer common words than this share says that it is another language, or no sentences.
        guard scores[0].1 * 10 >= found.count else { return .untold(candidates) }
        return .told(scores[0].0)
    }

    private static func byLetters(_ text: String) -> Detection {
        let lowercased = text.lowercased()
        let russian = lowercased.count { "ыэёъ".contains($0) }
        let ukrainian = lowercased.count { "іїєґ".contains($0) }
        if russian == ukrainian { return .untold([.russian, .ukrainian]) }
        return .told(russian > ukrainian ? .russian : .ukrainian)
    }
}
