package import Contracts

/// A JSON Schema, of that part of Draft 2020-12 which models are asked to follow.
///
/// The package index has no Swift validator of 2020-12 that is kept up and reads its numbers exactly, so this is one of our
/// own; the official test suite's cases for these keywords are its tests.
///
/// - Assertions: `type`, `enum`, `const`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`,
///   `minLength` and `maxLength` (in code points), `pattern`, `required`, `minProperties`, `maxProperties`,
///   `dependentRequired`, `minItems`, `maxItems`, `uniqueItems`.
/// - Applicators: `properties`, `patternProperties`, `additionalProperties`, `propertyNames`, `dependentSchemas`,
///   `prefixItems`, `items`, `contains` with `minContains` and `maxContains`, `allOf`, `anyOf`, `oneOf`, `not`,
///   `if`/`then`/`else`, and schemas that are `true` or `false`.
/// - References: `$ref` to `#` and to JSON pointers within the schema (`#/$defs/…`, `#/definitions/…`).
///
/// `format` is an annotation, as in the draft. Unknown keywords are ignored. Keywords that are known and not supported are a
/// fault, never a silent pass: `$dynamicRef`, `$recursiveRef`, `unevaluatedItems`, `unevaluatedProperties`, references
/// elsewhere, `$id` below the root, and what older drafts had instead (`dependencies`, `additionalItems`, a list as
/// `items`). Numbers are exact decimals of 38 digits; two strings that Unicode holds to be the same are equal. How deep
/// and how long a validation goes is bounded.
package struct JSONSchema: Sendable {
    let root: JSONValue

    /// - Throws: when the schema has a keyword that is not supported, or one whose value is not what the draft says.
    package init(_ schema: JSONValue) throws(JSONSchemaFault) {
        root = schema
        try Self.check(schema, at: "", depth: 0)
    }

    /// The first thing that the schema does not accept; nil when it accepts the value.
    ///
    /// - Throws: when it can't be decided: a reference leads nowhere, or the bounds are met.
    package func violation(of value: JSONValue) throws(JSONSchemaFault) -> JSONSchemaViolation? {
        var validation = JSONSchemaValidation(root: root)
        return try validation.violation(of: value, at: JSONPath(), by: root)
    }
}

/// What in a value a schema does not accept.
package struct JSONSchemaViolation: Sendable, Hashable, CustomStringConvertible {
    /// A JSON pointer to the part, empty for the whole value. Holds names of the value's: untrusted.
    package let path: String
    /// The keyword that does not hold; `false` for the schema that accepts nothing.
    package let keyword: String
    /// What the keyword wants.
    package let wants: String

    /// On one line, of at most 300 characters, safe to show.
    package var description: String {
        let place = path.isEmpty ? "the value" : UntrustedText(path).line(limit: 80)
        return UntrustedText("\(place) does not hold to '\(keyword)': \(wants)").line(limit: 300)
    }
}

/// Why a schema can't be applied.
package enum JSONSchemaFault: Error, Hashable, CustomStringConvertible {
    case unsupported(keyword: String, at: String)
    case malformed(keyword: String, wants: String, at: String)
    /// A reference that leads nowhere.
    case unresolved(String)
    /// More schemas within one another than the bound, for example because one refers to itself.
    case tooDeep
    /// More comparisons than the bound.
    case tooLong

    package var description: String {
        let text =
            switch self {
            case .unsupported(let keyword, let path):
                "the schema's keyword '\(keyword)' is not supported (at '\(path)')"
            case .malformed(let keyword, let wants, let path):
                "the schema's keyword '\(keyword)' must be \(wants) (at '\(path)')"
            case .unresolved(let reference): "the schema's reference '\(reference)' leads nowhere"
            case .tooDeep: "the schema nests or refers to itself too deeply"
            case .tooLong: "the value is too large for this schema"
            }
        return UntrustedText(text).line(limit: 300)
    }
}

/// The way to a part of a value.
struct JSONPath: Sendable {
    private var steps: [String] = []

    func child(_ name: String) -> JSONPath {
        var path = self
        path.steps.append(name)
        return path
    }

    /// A JSON pointer (RFC 6901).
    var pointer: String {
        steps.map {
            "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1")
        }.joined()
    }
}
