import Certification
import Contracts
import Foundation
import Postgres

extension PostgresRow {
    func identifier<Identifier: UUIDIdentifier>(_ column: String) throws -> Identifier {
        Identifier(rawValue: try decode(UUID.self, column))
    }

    /// A value that is stored under its name: a status, a lane, a region.
    func name<Name: RawRepresentable<String>>(_ column: String) throws -> Name {
        let text = try decode(String.self, column)
        guard let name = Name(rawValue: text) else { throw UnknownName(column: column, text: text) }
        return name
    }

    func nameIfPresent<Name: RawRepresentable<String>>(_ column: String) throws -> Name? {
        guard try decodeIfPresent(String.self, column) != nil else { return nil }
        return try name(column) as Name
    }

    func target() throws -> Target {
        Target(
            provider: try name("provider"), model: try name("model"), region: try name("region"),
            profile: try name("profile"))
    }

    func testResult() throws -> TestResult {
        try decode(JSONB<TestResult>.self, "detail").value
    }

    /// The pair of arrays `statuses` and `numbers`; both are NULL when nothing was counted.
    func counts<Status: RawRepresentable<String> & Hashable>(of type: Status.Type) throws -> [Status: Int] {
        let statuses = try decodeIfPresent([String].self, "statuses") ?? []
        let numbers = try decodeIfPresent([Int].self, "numbers") ?? []
        return try Dictionary(
            uniqueKeysWithValues: zip(statuses, numbers).map { text, number in
                guard let status = Status(rawValue: text) else { throw UnknownName(column: "statuses", text: text) }
                return (status, number)
            })
    }
}

/// A row holds a name that this version of the program does not know.
struct UnknownName: Error, CustomStringConvertible {
    let column: String
    let text: String

    var description: String { "column \(column) holds the unknown name '\(text)'" }
}
