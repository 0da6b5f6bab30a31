/// One step of a schema's history: plain SQL that is never changed once released.
///
/// A step whose first line is `-- Outside a transaction.` is no transaction, so that `CREATE INDEX CONCURRENTLY` can be one.
/// It is a single statement, and may be repeated when it was broken off (`IF NOT EXISTS`); a broken index of that name is
/// dropped before.
package struct Migration: Sendable, Hashable {
    /// Sorts in the order of application, for example `0001_certification`.
    package let name: String
    package let sql: String

    package init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    /// A migration from the bytes of an embedded file, as `PackageResources` holds them.
    package init(name: String, file: [UInt8]) {
        self.init(name: name, sql: String(decoding: file, as: UTF8.self))
    }

    /// Whether it is applied in a transaction.
    var isTransactional: Bool { !sql.hasPrefix("-- Outside a transaction.") }

    /// Whether a name occurs in its SQL, as a whole.
    func names(_ name: String) -> Bool {
        sql.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == name }
    }
}
