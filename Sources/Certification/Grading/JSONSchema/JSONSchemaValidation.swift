import Contracts
import Foundation

/// One validation: what it has cost so far, and the patterns it has read.
struct JSONSchemaValidation {
    private static let deepest = 256
    private static let most = 200_000

    let root: JSONValue
    private var depth = 0
    private var steps = 0
    private var patterns: [String: Regex<AnyRegexOutput>] = [:]

    init(root: JSONValue) {
        self.root = root
    }

    mutating func violation(
        of value: JSONValue, at path: JSONPath, by schema: JSONValue
    ) throws(JSONSchemaFault) -> JSONSchemaViolation? {
        try spend(1)
        guard depth < Self.deepest else { throw .tooDeep }
        depth += 1
        defer { depth -= 1 }
        let keywords: [String: JSONValue]
        switch schema {
        case .boolean(true): return nil
        case .boolean(false): return path.violation("false", "nothing may be here")
        case .object(let object): keywords = object
        case .array, .string, .number, .null: throw .malformed(keyword: "", wants: "a schema", at: "")
        }
        if case .string(let reference)? = keywords["$ref"] {
            let target = try target(of: reference)
            if let violation = try violation(of: value, at: path, by: target) { return violation }
        }
        if let violation = valueViolation(of: value, at: path, by: keywords) { return violation }
        let typed: JSONSchemaViolation? =
            switch value {
            case .object(let fields): try violation(of: fields, at: path, by: keywords)
            case .array(let items): try violation(of: items, at: path, by: keywords)
            case .string(let text): try violation(of: text, at: path, by: keywords)
            case .number(let number): path.violation(of: number, by: keywords)
            case .boolean, .null: nil
            }
        if let typed { return typed }
        return try combinedViolation(of: value, at: path, by: keywords)
    }

    mutating func spend(_ count: Int) throws(JSONSchemaFault) {
        steps += count
        if steps > Self.most { throw .tooLong }
    }

    mutating func matches(_ text: String, _ pattern: String) throws(JSONSchemaFault) -> Bool {
        try spend(1 + text.utf8.count / 100)
        guard text.utf8.count <= PatternCheck.mostBytes else { return false }
        if let regex = patterns[pattern] { return text.contains(regex) }
        guard let regex = try? Regex(pattern) else {
            throw .malformed(keyword: "pattern", wants: "a regular expression", at: "")
        }
        // By code points, as ECMA-262 does with the u flag, which the draft recommends.
        let scalars = regex.matchingSemantics(.unicodeScalar)
        patterns[pattern] = scalars
        return text.contains(scalars)
    }

    /// The schema that a reference within the document leads to.
    private func target(of reference: String) throws(JSONSchemaFault) -> JSONValue {
        var target = root
        guard let pointer = String(reference.dropFirst()).removingPercentEncoding else {
            throw .unresolved(reference)
        }
        for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
            switch target {
            case .object(let fields):
                guard let field = fields[name] else { throw .unresolved(reference) }
                target = field
            case .array(let items):
                guard let index = Int(name), items.indices.contains(index) else { throw .unresolved(reference) }
                target = items[index]
            case .string, .number, .boolean, .null: throw .unresolved(reference)
            }
        }
        // A reference may lead to a place where `JSONSchema.check` saw no schema.
        try JSONSchema.check(target, at: reference, depth: 0)
        return target
    }

    private func valueViolation(
        of value: JSONValue, at path: JSONPath, by keywords: [String: JSONValue]
    ) -> JSONSchemaViolation? {
        if let types = keywords["type"] {
            let names = types.text.map { [$0] } ?? types.items.compactMap(\.text)
            if !names.contains(where: value.isOf(type:)) {
                return path.violation("type", "it must be of type \(names.joined(separator: " or "))")
            }
        }
        if let values = keywords["enum"], !values.items.contains(value) {
            return path.violation("enum", "it must be one of the \(values.items.count) values")
        }
        if let constant = keywords["const"], constant != value {
            return path.violation("const", "it must be the one value")
        }
        return nil
    }

    private mutating func combinedViolation(
        of value: JSONValue, at path: JSONPath, by keywords: [String: JSONValue]
    ) throws(JSONSchemaFault) -> JSONSchemaViolation? {
        for schema in keywords["allOf"]?.items ?? [] {
            if let violation = try violation(of: value, at: path, by: schema) { return violation }
        }
        if let schemas = keywords["anyOf"]?.items, try count(accepting: value, at: path, of: schemas, upTo: 1) == 0 {
            return path.violation("anyOf", "none of the \(schemas.count) schemas accepts it")
        }
        if let schemas = keywords["oneOf"]?.items {
            let count = try count(accepting: value, at: path, of: schemas, upTo: 2)
            if count != 1 {
                let found = count == 0 ? "none" : "more than one"
                return path.violation("oneOf", "\(found) of the \(schemas.count) schemas accepts it")
            }
        }
        if let schema = keywords["not"], try violation(of: value, at: path, by: schema) == nil {
            return path.violation("not", "the schema accepts it")
        }
        if let condition = keywords["if"] {
            let branch = try violation(of: value, at: path, by: condition) == nil ? "then" : "else"
            if let schema = keywords[branch] { return try violation(of: value, at: path, by: schema) }
        }
        return nil
    }

    private mutating func count(
        accepting value: JSONValue, at path: JSONPath, of schemas: [JSONValue], upTo most: Int
    ) throws(JSONSchemaFault) -> Int {
        var count = 0
        for schema in schemas where count < most {
            if try violation(of: value, at: path, by: schema) == nil { count += 1 }
        }
        return count
    }
}

extension JSONPath {
    func violation(_ keyword: String, _ wants: String) -> JSONSchemaViolation {
        JSONSchemaViolation(path: pointer, keyword: keyword, wants: wants)
    }

    fileprivate func violation(of number: Decimal, by keywords: [String: JSONValue]) -> JSONSchemaViolation? {
        if let limit = keywords["minimum"]?.decimal, number < limit {
            return violation("minimum", "it must be \(limit) or more")
        }
        if let limit = keywords["maximum"]?.decimal, number > limit {
            return violation("maximum", "it must be \(limit) or less")
        }
        if let limit = keywords["exclusiveMinimum"]?.decimal, number <= limit {
            return violation("exclusiveMinimum", "it must be above \(limit)")
        }
        if let limit = keywords["exclusiveMaximum"]?.decimal, number >= limit {
            return violation("exclusiveMaximum", "it must be under \(limit)")
        }
        if let divisor = keywords["multipleOf"]?.decimal, !number.isMultiple(of: divisor) {
            return violation("multipleOf", "it must be a multiple of \(divisor)")
        }
        return nil
    }
}

extension JSONValue {
    var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
    var fields: [String: JSONValue] { if case .object(let fields) = self { fields } else { [:] } }
    var decimal: Decimal? { if case .number(let number) = self { number } else { nil } }

    /// A keyword's count; one beyond what an `Int` holds is as good as the largest.
    var count: Int? { decimal.map { $0 > 1_000_000_000 ? Int.max : NSDecimalNumber(decimal: $0).intValue } }

    fileprivate func isOf(type: String) -> Bool {
        switch self {
        case .object: type == "object"
        case .array: type == "array"
        case .string: type == "string"
        case .number(let number): type == "number" || (type == "integer" && number.isWhole)
        case .boolean: type == "boolean"
        case .null: type == "null"
        }
    }
}
