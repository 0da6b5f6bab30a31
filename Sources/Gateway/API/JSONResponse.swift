import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// How every body is written: JSON with sorted keys and RFC 3339 dates in UTC with milliseconds.
enum JSONResponse {
    /// - Throws: `EncodingError` when the value cannot be written as JSON.
    static func encode(
        _ body: some Encodable, status: HTTPResponse.Status, headers: HTTPFields = [:]
    ) throws -> Response {
        respond(with: try data(body), status: status, headers: headers)
    }

    /// - Throws: `EncodingError` when the value cannot be written as JSON.
    static func data(_ body: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.rfc3339Milliseconds)
        }
        return try encoder.encode(body)
    }

    static func respond(with data: Data, status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}
