import Foundation
import HTTPTypes
import Hummingbird

/// Which part of a list a request asks for.
struct PageRequest: Sendable {
    static let parameters = ["cursor", "limit"]
    static let limits = 1...100
    static let defaultLimit = 20

    /// The path of the list.
    var path: String
    /// The filters by name and value, in a fixed order.
    var filters: [(name: String, value: String)]
    var limit: Int
    /// Where the page before ended; nil for the first page.
    private var position: Data?

    /// The last element of the page before; nil for the first page.
    var after: UUID? { position.flatMap { Self.uuid($0) } }

    /// The moment and the id at which the page before ended, of a list whose elements come and go.
    var afterMoment: (moment: Date, id: UUID)? {
        guard let position, position.count == 24, let id = Self.uuid(position.dropFirst(8)) else { return nil }
        let microseconds = position.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return (Date(timeIntervalSince1970: Double(microseconds) / 1_000_000), id)
    }

    /// Reads `cursor` and `limit`; their faults are collected in the reader.
    init(
        path: String, filters: [(name: String, value: String?)], query: inout QueryReader, signer: CursorSigner
    ) {
        self.path = path
        self.filters = filters.compactMap { filter in filter.value.map { (filter.name, $0) } }
        limit = query.integer("limit", default: Self.defaultLimit, in: Self.limits)
        if let cursor = query.text("cursor") {
            position = signer.position(of: cursor, in: Self.url(path, self.filters))
            if position == nil {
                query.fail(
                    "cursor", "This is no cursor of this list with these filters. Begin again without a cursor.")
            }
        }
    }

    /// What to ask the store for: one more than the page holds tells whether another page follows.
    var fetchLimit: Int { limit + 1 }

    /// Cuts what the store gave to the page, with the address of the next one if there is one.
    func page<Element>(
        of fetched: [Element], id: (Element) -> UUID, signer: CursorSigner
    ) -> (elements: [Element], next: String?) {
        page(of: fetched, position: { Self.data(id($0)) }, signer: signer)
    }

    /// The same for a list whose next page begins after a moment, as `afterMoment` reads it.
    func page<Element>(
        of fetched: [Element], moment: (Element) -> (Date, UUID), signer: CursorSigner
    ) -> (elements: [Element], next: String?) {
        page(
            of: fetched,
            position: { element in
                let (date, id) = moment(element)
                let microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
                return withUnsafeBytes(of: microseconds.bigEndian) { Data($0) } + Self.data(id)
            }, signer: signer)
    }

    private func page<Element>(
        of fetched: [Element], position: (Element) -> Data, signer: CursorSigner
    ) -> (elements: [Element], next: String?) {
        let elements = Array(fetched.prefix(limit))
        guard fetched.count > limit, let last = elements.last else { return (elements, nil) }
        let cursor = signer.cursor(after: position(last), in: Self.url(path, filters))
        return (elements, Self.url(path, filters + [("limit", "\(limit)"), ("cursor", cursor)]))
    }

    /// The `Link` header of a page (RFC 8288).
    static func link(next: String?) -> HTTPFields {
        var headers = HTTPFields()
        headers[named: "Link"] = next.map { "<\($0)>; rel=\"next\"" }
        return headers
    }

    private static func data(_ id: UUID) -> Data { withUnsafeBytes(of: id.uuid) { Data($0) } }

    private static func uuid(_ data: Data) -> UUID? {
        data.count == 16 ? data.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) } : nil
    }

    private static func url(_ path: String, _ parameters: [(name: String, value: String)]) -> String {
        let query = parameters.map { "\($0.name)=\(encoded($0.value))" }.joined(separator: "&")
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    private static func encoded(_ value: String) -> String {
        // RFC 3986 §2.3: everything that is not unreserved.
        value.utf8.reduce(into: "") { text, byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
