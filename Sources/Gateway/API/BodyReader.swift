import CertificationStore
import Contracts
import Foundation

/// Reads the fields of a JSON object and collects every fault: unknown fields, wrong types and values out of range.
struct BodyReader {
    private var fields: [String: JSONValue] = [:]
    private(set) var faults: [Fault] = []

    /// Reads an object that has the fields `known`; any other one is a fault.
    init(_ body: JSONValue, known: [String]) {
        let list = known.map { "'\($0)'" }.joined(separator: ", ")
        guard case .object(let object) = body else {
            faults = [Fault(.body(""), "The body must be a JSON object with \(list).")]
            return
        }
        for name in object.keys.sorted() where !known.contains(name) {
            faults.append(.field(name, "There is no such field. Known: \(list)."))
        }
        fields = object
    }

    func has(_ name: String) -> Bool { fields[name] != nil }

    func json(_ name: String) -> JSONValue? { fields[name] }

    /// Text of 1 to `limit` bytes of UTF-8 without control characters: as names of the broker are measured.
    mutating func text(_ name: String, limit: Int = 500) -> String? {
        guard let value = fields[name] else { return nil }
        if case .string(let text) = value, (1...limit).contains(text.utf8.count), !text.hasControlCharacters {
            return text
        }
        fail(name, "This must be a string of 1 to \(limit) bytes in UTF-8, without control characters.")
        return nil
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = fields[name] else { return nil }
        if case .number(let number) = value, range.contains((number as NSDecimalNumber).doubleValue) {
            return (number as NSDecimalNumber).doubleValue
        }
        fail(name, "This must be a number from \(range.lowerBound) to \(range.upperBound).")
        return nil
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = fields[name] else { return nil }
        if let number = value.integer, range.contains(number) { return number }
        fail(name, "This must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        return nil
    }

    mutating func integers(_ name: String, in range: ClosedRange<Int>, atMost limit: Int) -> [Int]? {
        guard let value = fields[name] else { return nil }
        if case .array(let values) = value, values.count <= limit {
            let numbers = values.compactMap(\.integer)
            if numbers.count == values.count, numbers.allSatisfy(range.contains) { return numbers }
        }
        fail(
            name,
            "This must be a list of at most \(limit) whole numbers from \(range.lowerBound) to \(range.upperBound).")
        return nil
    }

    mutating func boolean(_ name: String) -> Bool? {
        guard let value = fields[name] else { return nil }
        if case .boolean(let boolean) = value { return boolean }
        fail(name, "This must be true or false.")
        return nil
    }

    mutating func identifiers<ID: UUIDIdentifier>(_ name: String, atMost limit: Int) -> [ID]? {
        guard let value = fields[name] else { return nil }
        if case .array(let values) = value, (1...limit).contains(values.count) {
            let ids = values.compactMap { value -> ID? in
                if case .string(let text) = value { ID(text) } else { nil }
            }
            if ids.count == values.count { return ids }
        }
        fail(name, "This must be a list of 1 to \(limit) ids.")
        return nil
    }

    mutating func base64(_ name: String) -> Data? {
        guard let value = fields[name] else { return nil }
        if case .string(let text) = value, let data = Data(base64Encoded: text) { return data }
        fail(name, "This must be a string in base64.")
        return nil
    }

    mutating func fail(_ name: String, _ detail: String) {
        faults.append(.field(name, detail))
    }

    mutating func add(_ others: [Fault]) { faults += others }

    /// - Throws: one problem that lists all faults, if there are any.
    func check() throws(Problem) {
        guard faults.isEmpty else { throw Problem.invalid(faults) }
    }
}

extension JSONValue {
    fileprivate var integer: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number as NSDecimalNumber)
    }
}

extension String {
    /// Whether it has what would break a line of a log, or the line of an audit row.
    var hasControlCharacters: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}
