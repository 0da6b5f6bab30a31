import Crypto
package import Foundation

/// What Signature Version 4 covers of an HTTP request: one value for the side that signs and the side that verifies.
package struct SignableRequest: Sendable {
    /// In capitals, for example `POST`.
    package var method: String
    /// As it is on the wire, percent-encoded once, for example `/model/amazon.nova-lite-v1%3A0/converse`.
    package var path: String
    /// As it is on the wire, without `?`; empty when there is none.
    package var query: String
    /// Must contain `host`, with the port when that is on the wire. Names in any case; a name may come more than once.
    package var headers: [(name: String, value: String)]
    /// The SHA-256 of the body in lower-case hexadecimal digits.
    package let bodyHash: String

    package init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)],
        body: some DataProtocol
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        bodyHash = Hexadecimal.lowercase(SHA256.hash(data: body))
    }

    /// The values of a header in the order they came, joined by commas; nil when it is absent.
    func header(_ name: String) -> String? {
        let values = headers.filter { $0.name.lowercased() == name }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}
