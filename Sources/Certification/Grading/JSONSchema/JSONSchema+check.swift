import Contracts
import Foundation

extension JSONSchema {
    /// What a keyword's value must be.
    private enum Kind: String {
        case schema = "a schema"
        case schemas = "a list of schemas, not empty"
        case schemaMap = "a map of schemas"
        case patternMap = "a map of patterns to schemas"
        case text = "text"
        case texts = "a list of text"
        case textsMap = "a map of lists of text"
        case pattern = "a regular expression, bounded within what repeats"
        case reference = "a reference within the schema ('#' or '#/…')"
        case count = "a whole number from 0"
        case number = "a number"
        case positive = "a number above 0"
        case boolean = "true or false"
        case list = "a list"
        case types = "a type's name, or a list of them"
    }

    private static let kinds: [String: Kind] = [
        "type": .types, "enum": .list, "minimum": .number, "maximum": .number, "exclusiveMinimum": .number,
        "exclusiveMaximum": .number, "multipleOf": .positive, "minLength": .count, "maxLength": .count,
        "pattern": .pattern, "required": .texts, "minProperties": .count, "maxProperties": .count,
        "dependentRequired": .textsMap, "minItems": .count, "maxItems": .count, "uniqueItems": .boolean,
        "properties": .schemaMap, "patternProperties": .patternMap, "additionalProperties": .schema,
        "propertyNames": .schema, "dependentSchemas": .schemaMap, "prefixItems": .schemas, "items": .schema,
        "contains": .schema, "minContains": .count, "maxContains": .count, "allOf": .schemas, "anyOf": .schemas,
        "oneOf": .schemas, "not": .schema, "if": .schema, "then": .schema, "else": .schema, "$ref": .reference,
        "$defs": .schemaMap, "definitions": .schemaMap, "format": .text,
    ]

    private static let unsupported: Set<String> = [
        "$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties", "dependencies", "additionalItems",
    ]

    static let typeNames: Set<String> = ["object", "array", "string", "number", "integer", "boolean", "null"]

    private static let deepest = 100

    /// Looks through a schema and those within it.
    static func check(_ schema: JSONValue, at path: String, depth: Int) throws(JSONSchemaFault) {
        guard depth <= deepest else { throw .tooDeep }
        guard case .object(let keywords) = schema else {
            if case .boolean = schema { return }
            throw .malformed(keyword: path, wants: "true, false or a map", at: path)
        }
        for (keyword, value) in keywords.sorted(by: { $0.key < $1.key }) {
            if unsupported.contains(keyword) || (keyword == "$id" && depth > 0) {
                throw .unsupported(keyword: keyword, at: path)
            }
            guard let kind = kinds[keyword] else { continue }
            guard isWellFormed(value, as: kind) else {
                if kind == .reference, case .string(let reference) = value {
                    throw .unsupported(keyword: "$ref \(reference)", at: path)
                }
                throw .malformed(keyword: keyword, wants: kind.rawValue, at: path)
            }
            for (step, inner) in inner(value, of: kind) {
                try check(inner, at: "\(path)/\(keyword)\(step)", depth: depth + 1)
            }
        }
    }

    /// The schemas in a keyword's value, each with the way to it.
    private static func inner(_ value: JSONValue, of kind: Kind) -> [(step: String, schema: JSONValue)] {
        switch (kind, value) {
        case (.schema, _): [("", value)]
        case (.schemas, .array(let schemas)): schemas.enumerated().map { ("/\($0)", $1) }
        case (.schemaMap, .object(let schemas)), (.patternMap, .object(let schemas)):
            schemas.sorted { $0.key < $1.key }.map { ("/\($0.key)", $0.value) }
        default: []
        }
    }

    private static func isWellFormed(_ value: JSONValue, as kind: Kind) -> Bool {
        switch (kind, value) {
        case (.schema, .object), (.schema, .boolean), (.schemaMap, .object), (.text, .string), (.boolean, .boolean),
            (.number, .number), (.list, .array):
            true
        case (.schemas, .array(let schemas)): !schemas.isEmpty
        case (.patternMap, .object(let schemas)): schemas.keys.allSatisfy(PatternCheck.isUsable)
        case (.texts, .array(let texts)): texts.allSatisfy { $0.text != nil }
        case (.textsMap, .object(let lists)): lists.values.allSatisfy { isWellFormed($0, as: .texts) }
        case (.pattern, .string(let pattern)): PatternCheck.isUsable(pattern)
        case (.reference, .string(let reference)): reference == "#" || reference.hasPrefix("#/")
        case (.count, .number(let number)): number.isWhole && number >= 0
        case (.positive, .number(let number)): number > 0
        case (.types, .string(let name)): typeNames.contains(name)
        case (.types, .array(let names)): names.allSatisfy { $0.text.map(typeNames.contains) == true }
        default: false
        }
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
