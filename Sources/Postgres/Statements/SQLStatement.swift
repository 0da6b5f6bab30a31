/// One SQL statement whose interpolated values travel beside the text as binds.
///
///     let statement: SQLStatement = "SELECT * FROM jobs WHERE id = \(id) AND region = ANY(\(regions))"
///
/// The server infers the type of each bind from its surroundings; where there are none, write a cast
/// (`\(ids)::uuid[]`).
package struct SQLStatement: ExpressibleByStringInterpolation, Sendable, Hashable {
    fileprivate enum Part: Sendable, Hashable {
        case sql(String)
        case bind(PostgresValue?)
    }

    private var parts: [Part]

    package init(stringLiteral value: String) {
        parts = [.sql(value)]
    }

    package init(stringInterpolation: StringInterpolation) {
        parts = stringInterpolation.parts
    }

    /// The text with `$1`, `$2` … in place of the values.
    package var sql: String {
        var number = 0
        return parts.reduce(into: "") { text, part in
            switch part {
            case .sql(let sql):
                text += sql
            case .bind:
                number += 1
                text += "$\(number)"
            }
        }
    }

    /// The values, in the order of their numbers; nil is NULL.
    package var binds: [PostgresValue?] {
        parts.reduce(into: []) { binds, part in
            if case .bind(let value) = part { binds.append(value) }
        }
    }

    /// Collects text and values.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            guard !literal.isEmpty else { return }
            parts.append(.sql(literal))
        }

        /// A value: becomes a bind.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            parts.append(.bind(value.postgresValue))
        }

        /// A value or NULL: becomes a bind.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            parts.append(.bind(value?.postgresValue))
        }

        /// SQL as it is. Only for text that the program itself holds, never for anything from outside.
        package mutating func appendInterpolation(unescaped sql: String) {
            parts.append(.sql(sql))
        }

        /// A name of a schema, table, column or channel, quoted.
        package mutating func appendInterpolation(identifier name: String) {
            parts.append(.sql(SQLIdentifier.quoted(name)))
        }

        /// Another statement as a part of this one, with its binds.
        package mutating func appendInterpolation(fragment statement: SQLStatement) {
            parts += statement.parts
        }
    }
}

/// Names in SQL text.
enum SQLIdentifier {
    /// The name in double quotes (PostgreSQL manual §4.1.1).
    static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
}
