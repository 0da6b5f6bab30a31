import Contracts
import Foundation

/// A value of a suite's file on its way into a grader, with the place it stands at, so that an error names both.
///
/// JSON and YAML are read by one code: a decoder only makes a `JSONValue` of them.
struct SuiteForm {
    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int?

        init(stringValue: String) { self.stringValue = stringValue }
        init(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
    }

    let value: JSONValue
    /// What the value is called in an error, for example `includes`.
    let name: String
    private let path: [any CodingKey]

    init(from decoder: any Decoder, name: String) throws {
        value = try JSONValue(from: decoder)
        path = decoder.codingPath
        self.name = name
    }

    private init(value: JSONValue, name: String, path: [any CodingKey]) {
        self.value = value
        self.name = name
        self.path = path
    }

    func error(_ problem: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: path, debugDescription: "'\(name)' \(problem)."))
    }

    /// The value of a map's field.
    func child(_ key: String, _ value: JSONValue) -> SuiteForm {
        SuiteForm(value: value, name: key, path: path + [Key(stringValue: key)])
    }

    /// Text that stands in the value's place, as a one-word form does.
    func word() -> String? {
        if case .string(let word) = value { word } else { nil }
    }

    /// - Throws: also when the text is empty.
    func text() throws -> String {
        guard case .string(let text) = value else { throw error("must be text; put it in quotes") }
        guard !text.isEmpty else { throw error("must not be empty") }
        return text
    }

    /// One text, or a list of at least one.
    func texts() throws -> [String] {
        if case .string = value { return [try text()] }
        let texts = try items().map { try $0.text() }
        guard !texts.isEmpty else { throw error("must not be an empty list") }
        return texts
    }

    func items() throws -> [SuiteForm] {
        guard case .array(let values) = value else { throw error("must be a list") }
        return values.enumerated().map { index, value in
            SuiteForm(value: value, name: name, path: path + [Key(intValue: index)])
        }
    }

    func boolean() throws -> Bool {
        guard case .boolean(let boolean) = value else { throw error("must be true or false") }
        return boolean
    }

    func number(atLeast minimum: Double? = nil) throws -> Double {
        guard case .number(let decimal) = value, let number = Double("\(decimal)") else {
            throw error("must be a number")
        }
        if let minimum, number < minimum { throw error("must be \(minimum) or more") }
        return number
    }

    func integer(in range: ClosedRange<Int>) throws -> Int {
        guard case .number(let decimal) = value, let integer = Int("\(decimal)"), range.contains(integer) else {
            throw error("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// The fields of a map.
    ///
    /// - Throws: when it has others than the allowed ones, or lacks a required one.
    func fields(_ allowed: [String], required: [String] = []) throws -> [String: SuiteForm] {
        guard case .object(let fields) = value else {
            throw error("must be a map of \(allowed.joined(separator: ", "))")
        }
        if let unknown = fields.keys.sorted().first(where: { !allowed.contains($0) }) {
            throw child(unknown, .null).error(
                "is not known in '\(name)'; allowed are \(allowed.joined(separator: ", "))")
        }
        if let missing = required.first(where: { fields[$0] == nil }) {
            throw error("lacks '\(missing)'")
        }
        return Dictionary(uniqueKeysWithValues: fields.map { ($0.key, child($0.key, $0.value)) })
    }

    /// A form of the shape `name` or `{name: value}`: the name, and the value unless there is none.
    ///
    /// - Throws: when it has another shape, or a name that is not allowed.
    func choice(of allowed: [String]) throws -> (name: String, value: SuiteForm?) {
        let choice: (name: String, value: SuiteForm?)
        switch value {
        case .string(let word):
            choice = (word, nil)
        case .object(let fields):
            guard let field = fields.first, fields.count == 1 else {
                let names = fields.keys.sorted().joined(separator: ", ")
                throw error("must have one key, not \(fields.count) (\(names))")
            }
            choice = (field.key, child(field.key, field.value))
        case .array, .number, .boolean, .null:
            throw error("must be a name, or a map with one key")
        }
        guard allowed.contains(choice.name) else {
            throw error("is '\(choice.name)', which is not known; allowed are \(allowed.joined(separator: ", "))")
        }
        return choice
    }
}

extension JSONValue {
    init(_ number: Double) {
        self = Decimal(string: "\(number)", locale: Locale(identifier: "en_US_POSIX")).map(JSONValue.number) ?? .null
    }

    init(_ count: Int) {
        self = .number(Decimal(count))
    }

    init(_ texts: [String]) {
        self = .array(texts.map(JSONValue.string))
    }
}
