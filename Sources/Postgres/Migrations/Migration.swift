/// One step of a schema's history: plain SQL that is never changed once released.
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
}
