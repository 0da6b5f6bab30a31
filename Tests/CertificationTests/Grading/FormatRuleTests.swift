import Certification
import Testing

@Suite("Rules of form")
struct FormatRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var rule: FormatRule
        var holds: [String]
        var breaks: [String]

        var testDescription: String { "\(rule)" }
    }

    private static let two = CountRange(atLeast: 2)

    static let cases = [
        Case(
            rule: .keywords(["river", "old bridge"]), holds: ["The River has an old bridge."],
            breaks: ["Rivers and an old bridge", "river bridge"]),
        Case(rule: .keywordFrequency("to", two), holds: ["To be or not to be"], breaks: ["to Toronto", "no"]),
        Case(rule: .forbiddenWords(["maybe"]), holds: ["Surely. Maybes are words."], breaks: ["MAYBE not"]),
        Case(rule: .letterFrequency("é", two), holds: ["É, été", "e\u{301}e\u{301}"], breaks: ["e é"]),
        Case(
            rule: .language(.german), holds: ["Das ist ein Haus, und es ist nicht groß."],
            breaks: ["This is a house and it is not big.", "Это большой дом.", "12345"]),
        Case(
            rule: .sentences(.exactly(3)),
            holds: [
                "One. Two! Three?", "Dr. Who, e.g. 3.5 m tall, left. He ran… Why?!", "一。二！三？", "\"Go.\" He went. So.",
                "Title without stop\n\nOne. Two.", "J. R. Smith came. He saw. He left.",
            ], breaks: ["One. Two.", "1. one 2. two"]),
        Case(
            rule: .paragraphs(.exactly(2)), holds: ["a\nb\n\nc", "a\r\n \r\n\r\nb\n\n"],
            breaks: ["a\nb", "a\n\nb\n\nc"]),
        Case(
            rule: .paragraphs(.exactly(2), separator: "***"), holds: ["a\n***\nb"], breaks: ["a\n\nb", "a***b***c"]),
        Case(
            rule: .words(.exactly(4)), holds: ["It's well-known – isn’t it?", "我们很好", "один два три четыре"],
            breaks: ["one two three", "a, b, c, d, e"]),
        Case(
            rule: .paragraphStart(paragraphs: 2, number: 2, word: "then"), holds: ["First.\n\n**Then** it went."],
            breaks: ["Then.\n\nFirst.", "a\n\nThen\n\nb", "a\n\nThence"]),
        Case(rule: .placeholders(two), holds: ["Dear [name], at [address]"], breaks: ["[name]", "[] []"]),
        Case(
            rule: .postscript("P.S."), holds: ["Hi.\n\nP.S. Call me.", "Hi\np.s. x"],
            breaks: ["P.S. first", "Hi.\nP.S."]),
        Case(
            rule: .bullets(.exactly(2)), holds: ["* a\n  - b", "• a\n+ b"], breaks: ["* a", "*a*\n**b**", "-- a\n- b"]),
        Case(rule: .options(["Yes.", "No."]), holds: [" yes.\n"], breaks: ["Yes. Because", "Yes"]),
        Case(
            rule: .highlights(two), holds: ["*one* and **two**", "**a** **b**"],
            breaks: ["*one", "* item\n* item", "** a ** b", "***"]),
        Case(
            rule: .sections(name: "SECTION", two), holds: ["Section 1\na\n## SECTION 2: b"],
            breaks: ["SECTION 1", "sections 1\nsections 2", "In section 1 and\nin section 2"]),
        Case(
            rule: .json, holds: [#"{"a": [1]}"#, "```json\n{}\n```", "[]"],
            breaks: ["Sure: {}", "{a: 1}", "```\nno\n```"]),
        Case(rule: .title, holds: ["<<Rain>>\nIt rained."], breaks: ["<Rain>", "<<>>", "<< >>"]),
        Case(
            rule: .twoResponses, holds: ["a\n******\nb"], breaks: ["a******a", "a", "a******b******c", "a******"]),
        Case(
            rule: .repeatPrompt("Write a line."), holds: ["Write a line. Here it is"],
            breaks: ["Write a line.", "Here: Write a line. It is"]),
        Case(
            rule: .endPhrase("Any questions?"), holds: ["So. Any questions?\n", "\"So. any questions?\""],
            breaks: ["Any questions? Ask."]),
        Case(rule: .capitalWords(two), holds: ["USA and NASA", "ÄÖÜ ÉTÉ"], breaks: ["USA", "I AM", "Usa Nasa"]),
        Case(rule: .allCaps, holds: ["HELLO, 1"], breaks: ["HELLo", "12"]),
        Case(rule: .allLowercase, holds: ["straße 1", "hi 日本"], breaks: ["Hi", "12"]),
        Case(rule: .noComma, holds: ["one two; three"], breaks: ["a, b", "一、二", "一，二", "ا، ب"]),
        Case(
            rule: .quotation, holds: ["\"All of it.\"", " “All.” ", "«Tout.»"], breaks: ["\"a\" b", "'all'", "\"\""]),
    ]

    @Test("A rule holds and is broken", arguments: cases)
    func rule(_ example: Case) {
        for text in example.holds {
            #expect(Grader.format(example.rule).grade(.sample(text)) == .pass, "\(text)")
        }
        for text in example.breaks {
            guard case .fail = Grader.format(example.rule).grade(.sample(text)) else {
                Issue.record("'\(text)' did not fail: \(Grader.format(example.rule).grade(.sample(text)))")
                continue
            }
        }
    }

    @Test("Every rule has a text that holds and one that breaks it")
    func complete() {
        #expect(Set(Self.cases.map(\.rule.name)) == Set(FormatRule.names))
        #expect(Self.cases.allSatisfy { !$0.holds.isEmpty && !$0.breaks.isEmpty })
    }

    static let languages: [(code: WrittenLanguage, text: String)] = [
        (.english, "It was the best of times, and it was the worst of times."),
        (.german, "Der Hund ist im Garten, und die Katze schläft auf dem Sofa."),
        (.french, "Le chat est dans le jardin et il ne veut pas rentrer avec nous."),
        (.spanish, "El perro está en el jardín, y los niños juegan con la pelota."),
        (.italian, "Il gatto è nel giardino e non vuole tornare a casa con la pioggia."),
        (.portuguese, "O gato está no jardim e não quer voltar para casa com a chuva."),
        (.dutch, "De hond is in de tuin en het kind speelt met een bal."),
        (.polish, "Kot jest w ogrodzie i nie chce wrócić do domu, ale to nie jest problem."),
        (.russian, "Кошка сидит в саду, и это её любимое место, где мы были."),
        (.ukrainian, "Кішка сидить у саду, і це її улюблене місце."),
        (.greek, "Η γάτα είναι στον κήπο."), (.arabic, "القطة في الحديقة."), (.hebrew, "החתול בגינה."),
        (.hindi, "बिल्ली बगीचे में है।"), (.thai, "แมวอยู่ในสวน"), (.korean, "고양이가 정원에 있습니다."),
        (.japanese, "猫は庭にいます。"), (.chinese, "猫在花园里。"),
    ]

    @Test("A language is told from all others", arguments: languages)
    func language(code: WrittenLanguage, text: String) {
        for other in WrittenLanguage.allCases {
            let grade = Grader.format(.language(other)).grade(.sample(text))
            #expect((grade == .pass) == (other == code), "\(other.rawValue): \(grade)")
        }
        #expect(Set(Self.languages.map(\.code)) == Set(WrittenLanguage.allCases))
    }

    @Test("Too little text to tell the language is the grader's fault, not the model's")
    func shortText() {
        guard case .graderError = Grader.format(.language(.german)).grade(.sample("Berlin")) else {
            Issue.record("It was graded")
            return
        }
        #expect(Grader.format(.language(.german)).grade(.sample("Берлин")) != .pass)
    }

    static let conflicts: [(rules: [FormatRule], count: Int)] = [
        ([.noComma, .sentences(.exactly(3)), .keywords(["a"])], 0), ([.allCaps, .allLowercase], 1),
        ([.json, .title, .bullets(.exactly(2))], 2), ([.options(["a"]), .words(.exactly(1))], 0),
        ([.options(["a"]), .postscript("P.S.")], 1), ([.repeatPrompt("a"), .quotation], 1),
        ([.language(.german), .language(.french)], 1), ([.language(.german), .language(.german)], 0),
        ([.keywords(["red"]), .forbiddenWords(["Red"])], 1), ([.keywords(["red"]), .forbiddenWords(["re"])], 0),
        ([.keywordFrequency("red", two), .forbiddenWords(["red"])], 1), ([.endPhrase("So, bye"), .noComma], 1),
        ([.words(.exactly(3)), .words(CountRange(atLeast: 4))], 1), ([.words(CountRange(atMost: 9)), .words(two)], 0),
        ([.allLowercase, .capitalWords(two)], 1), ([.allLowercase, .capitalWords(.exactly(0))], 0),
        ([.paragraphs(.exactly(2)), .paragraphStart(paragraphs: 3, number: 1, word: "a")], 1),
        ([.twoResponses, .repeatPrompt("a")], 1),
    ]

    @Test("Rules that no answer can follow together are found, in either order", arguments: conflicts)
    func conflict(rules: [FormatRule], count: Int) {
        #expect(FormatRule.conflicts(rules).count == count, "\(FormatRule.conflicts(rules))")
        #expect(FormatRule.conflicts(rules.reversed()).count == count)
    }

    @Test("A conflict says what and why")
    func description() {
        #expect(
            FormatRule.conflicts([.allLowercase, .allCaps]).map(\.description)
                == ["'allCaps' and 'allLowercase' can't be combined: letters are of one case"])
    }
}
