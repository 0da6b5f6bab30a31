import Contracts
import Foundation

/// Reads the fields of a JSON object and collects every fault: unknown fields, wrong types, values out of range.
struct FieldReader {
    private let container: KeyedDecodingContainer<AnyField>?
    private(set) var faults: [Fault] = []

    /// Reads an object that may have the `known` fields. `thing` begins the sentence that says so, for example "A schedule".
    init(_ decoder: any Decoder, known: [String], thing: String) {
        container = try? decoder.container(keyedBy: AnyField.self)
        let list = known.map { "'\($0)'" }.joined(separator: ", ")
        guard let container else {
            faults = [Fault(.body(""), "The body must be a JSON object with \(list).")]
            return
        }
        for key in container.allKeys.map(\.stringValue).sorted() where !known.contains(key) {
            faults.append(.field(key, "There is no such field. \(thing) has \(list)."))
        }
    }

    func has(_ name: String) -> Bool { key(name).map { container?.contains($0) ?? false } ?? false }

    /// Text of 1 to 200 characters without control characters; nil when the field is absent or at fault.
    mutating func text(_ name: String) -> String? {
        guard let text: String = value(name, "a string") else { return nil }
        guard (1...200).contains(text.count), !text.hasControlCharacters else {
            fail(name, "This must have 1 to 200 characters, none of them a control character.")
            return nil
        }
        return text
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let number: Int = value(name, "a whole number") else { return nil }
        guard range.contains(number) else {
            fail(name, "This must be from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return number
    }

    mutating func boolean(_ name: String) -> Bool? { value(name, "true or false") }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) -> Choice? {
        guard let text: String = value(name, "a string") else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        fail(name, "This must be one of \(Choice.allCases.map(\.rawValue).listed).")
        return nil
    }

    /// A moment as RFC 3339 has it.
    mutating func date(_ name: String) -> Date? {
        guard let text: String = value(name, "a string") else { return nil }
        if let date = Date(rfc3339: text) { return date }
        fail(name, "This must be a date and time with its offset, as in 2026-01-31T18:00:00Z.")
        return nil
    }

    /// The field as whatever reads itself; nil when it is absent or at fault.
    mutating func value<Value: Decodable>(_ name: String, _ expectation: String) -> Value? {
        guard let container, let key = key(name), container.contains(key) else { return nil }
        if let value = try? container.decode(Value.self, forKey: key) { return value }
        fail(name, "This must be \(expectation).")
        return nil
    }

    mutating func fail(_ name: String, _ detail: String) {
        faults.append(.field(name, detail))
    }

    mutating func fail(_ fault: Fault) {
        faults.append(fault)
    }

    private func key(_ name: String) -> AnyField? { AnyField(stringValue: name) }
}

/// Any field name.
struct AnyField: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
