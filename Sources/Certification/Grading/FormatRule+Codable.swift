import Contracts

extension FormatRule: Codable {
    /// The rules' names in a suite's file, in the order of docs/certification.md.
    package static let names = [
        "keywords", "keywordFrequency", "forbiddenWords", "letterFrequency", "language", "sentences", "paragraphs",
        "words", "paragraphStart", "placeholders", "postscript", "bullets", "options", "highlights", "sections", "json",
        "title", "twoResponses", "repeatPrompt", "endPhrase", "capitalWords", "allCaps", "allLowercase", "noComma",
        "quotation",
    ]

    private static let bare: [String: FormatRule] = [
        "json": .json, "title": .title, "twoResponses": .twoResponses, "allCaps": .allCaps,
        "allLowercase": .allLowercase, "noComma": .noComma, "quotation": .quotation,
    ]

    package init(from decoder: any Decoder) throws {
        self = try FormatRule(SuiteForm(from: decoder, name: "format"))
    }

    init(_ form: SuiteForm) throws {
        let (name, value) = try form.choice(of: Self.names)
        if let rule = Self.bare[name] {
            guard value == nil else { throw form.error("says '\(name)' with a value; it takes none") }
            self = rule
            return
        }
        guard let value else { throw form.error("says '\(name)' without a value") }
        self = try Self.rule(name, value)
    }

    private static func rule(_ name: String, _ form: SuiteForm) throws -> FormatRule {
        switch name {
        case "keywords": .keywords(try form.texts())
        case "forbiddenWords": .forbiddenWords(try form.texts())
        case "options": .options(try form.texts())
        case "language": .language(try language(form))
        case "sentences": .sentences(try CountRange(form))
        case "words": .words(try CountRange(form))
        case "placeholders": .placeholders(try CountRange(form))
        case "bullets": .bullets(try CountRange(form))
        case "highlights": .highlights(try CountRange(form))
        case "capitalWords": .capitalWords(try CountRange(form))
        case "postscript": .postscript(try form.text())
        case "repeatPrompt": .repeatPrompt(try form.text())
        case "endPhrase": .endPhrase(try form.text())
        default: try composite(name, form)
        }
    }

    private static func composite(_ name: String, _ form: SuiteForm) throws -> FormatRule {
        switch name {
        case "keywordFrequency":
            let count = try CountRange(form, others: ["word"])
            return .keywordFrequency(try required("word", of: form, beside: ["atLeast", "atMost"]).text(), count)
        case "letterFrequency":
            let count = try CountRange(form, others: ["letter"])
            let text = try required("letter", of: form, beside: ["atLeast", "atMost"]).text()
            guard let letter = text.first, text.count == 1 else { throw form.error("needs one letter as 'letter'") }
            return .letterFrequency(letter, count)
        case "sections":
            let count = try CountRange(form, others: ["name"])
            return .sections(name: try required("name", of: form, beside: ["atLeast", "atMost"]).text(), count)
        case "paragraphs":
            let count = try CountRange(form, others: ["separator"])
            guard case .object = form.value else { return .paragraphs(count) }
            let fields = try form.fields(["atLeast", "atMost", "separator"])
            return .paragraphs(count, separator: try fields["separator"]?.text())
        case "paragraphStart":
            let names = ["paragraphs", "number", "word"]
            let fields = try form.fields(names, required: names)
            let paragraphs = try fields["paragraphs"]?.integer(in: 1...1000) ?? 1
            let number = try fields["number"]?.integer(in: 1...paragraphs) ?? 1
            return .paragraphStart(
                paragraphs: paragraphs, number: number, word: try fields["word"]?.text() ?? "")
        default:
            throw form.error("is not known; allowed are \(names.joined(separator: ", "))")
        }
    }

    private static func required(_ name: String, of form: SuiteForm, beside others: [String]) throws -> SuiteForm {
        let fields = try form.fields([name] + others, required: [name])
        guard let field = fields[name] else { throw form.error("lacks '\(name)'") }
        return field
    }

    private static func language(_ form: SuiteForm) throws -> WrittenLanguage {
        guard let language = WrittenLanguage(rawValue: try form.text()) else {
            let codes = WrittenLanguage.allCases.map(\.rawValue).joined(separator: ", ")
            throw form.error("must be one of \(codes)")
        }
        return language
    }

    package func encode(to encoder: any Encoder) throws {
        try form.encode(to: encoder)
    }

    var form: JSONValue {
        switch self {
        case .keywords(let words): .object(["keywords": JSONValue(words)])
        case .keywordFrequency(let word, let count): counted("keywordFrequency", count, ["word": .string(word)])
        case .forbiddenWords(let words): .object(["forbiddenWords": JSONValue(words)])
        case .letterFrequency(let letter, let count):
            counted("letterFrequency", count, ["letter": .string(String(letter))])
        case .language(let language): .object(["language": .string(language.rawValue)])
        case .sentences(let count): .object(["sentences": count.form])
        case .paragraphs(let count, nil): .object(["paragraphs": count.form])
        case .paragraphs(let count, let separator?):
            counted("paragraphs", count, ["separator": .string(separator)])
        case .words(let count): .object(["words": count.form])
        case .paragraphStart(let paragraphs, let number, let word):
            .object([
                "paragraphStart": .object([
                    "paragraphs": JSONValue(paragraphs), "number": JSONValue(number), "word": .string(word),
                ])
            ])
        case .placeholders(let count): .object(["placeholders": count.form])
        case .postscript(let mark): .object(["postscript": .string(mark)])
        case .bullets(let count): .object(["bullets": count.form])
        case .options(let options): .object(["options": JSONValue(options)])
        case .highlights(let count): .object(["highlights": count.form])
        case .sections(let name, let count): counted("sections", count, ["name": .string(name)])
        case .json: .string("json")
        case .title: .string("title")
        case .twoResponses: .string("twoResponses")
        case .repeatPrompt(let text): .object(["repeatPrompt": .string(text)])
        case .endPhrase(let text): .object(["endPhrase": .string(text)])
        case .capitalWords(let count): .object(["capitalWords": count.form])
        case .allCaps: .string("allCaps")
        case .allLowercase: .string("allLowercase")
        case .noComma: .string("noComma")
        case .quotation: .string("quotation")
        }
    }

    private func counted(_ name: String, _ count: CountRange, _ others: [String: JSONValue]) -> JSONValue {
        .object([name: .object(count.fields.merging(others) { _, other in other })])
    }
}
