import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A strong entity tag: a digest of the very bytes of the answer (RFC 9110 §8.8.3).
struct EntityTag: Sendable, Hashable {
    let text: String

    init(of body: Data) {
        text = "\"\(SHA256.hash(data: body).hexadecimal.prefix(32))\""
    }

    /// Whether the client already has this: `If-None-Match` compares weakly (RFC 9110 §13.1.2).
    func isKnown(by headers: HTTPFields) -> Bool {
        headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",").contains { candidate in
            let tag = candidate.trimmingCharacters(in: .whitespaces)
            return tag == "*" || (tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag) == text
        }
    }
}

/// An answer that anybody may have, and any cache may keep for a while.
enum PublicResponse {
    /// 200 with an entity tag, or 304 when the client already has the body. It may be shown for `maxAge` seconds without
    /// asking again; with 0 a cache has to ask each time.
    static func respond(
        with data: Data, type: String, maxAge: Int, headers: HTTPFields = [:], for request: Request
    ) -> Response {
        let tag = EntityTag(of: data)
        var headers = headers
        headers[.eTag] = tag.text
        headers[.cacheControl] = maxAge > 0 ? "public, max-age=\(maxAge)" : "public, no-cache"
        guard !tag.isKnown(by: request.headers) else {
            var response = Response(status: .notModified, headers: headers)
            response.headers[.contentLength] = nil
            return response
        }
        headers[.contentType] = type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}

extension JSONResponse {
    /// 200 with an entity tag, or 304 when the client already has the body. A cache has to ask each time.
    static func revalidated(_ body: some Encodable, for request: Request) throws -> Response {
        try revalidated(json: try data(body), for: request)
    }

    /// As above, for a body that is JSON already.
    static func revalidated(json data: Data, for request: Request) throws -> Response {
        let tag = EntityTag(of: data)
        let headers: HTTPFields = [.eTag: tag.text, .cacheControl: "private, no-cache"]
        guard !tag.isKnown(by: request.headers) else {
            var response = Response(status: .notModified, headers: headers)
            // A length of 0 would be a statement about the body that the client has.
            response.headers[.contentLength] = nil
            return response
        }
        return respond(with: data, status: .ok, headers: headers)
    }
}
