import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// How a JSON body is read: media type first, then size, then syntax, then meaning.
enum JSONRequest {
    /// What a body may cost us.
    struct Limits: Sendable {
        /// In bytes; no more than about that many are held in memory.
        var size: Int
        /// From the end of the head to the end of the body, however steadily it drips in.
        var time: Duration
    }

    /// Reads a body within `limits`. Throws a `Problem`: 415, 413, 408 or 400.
    static func decode<Body: Decodable>(
        _ type: Body.Type, from request: Request, limits: Limits
    ) async throws -> Body {
        try checkMediaType(request.headers)
        let bytes = try await collect(request, limits: limits)
        do {
            try JSONSyntax.check(bytes)
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let violation as JSONSyntax.Violation {
            let place = "Line \(violation.line), column \(violation.column)"
            throw Problem(.malformedJSON, detail: "\(place): \(violation.message).")
        } catch is DecodingError {
            // What JSON allows and the decoder still cannot read, for example half of a surrogate pair.
            throw Problem(.malformedJSON, detail: "The body holds text or a number that cannot be read.")
        }
    }

    private static func checkMediaType(_ headers: HTTPFields) throws(Problem) {
        let sent = headers[.contentType]
        guard let mediaType = sent.flatMap({ MediaType(from: $0) }), mediaType.isType(.applicationJson) else {
            let found = sent.map { "It is \($0.quotedForDisplay)." } ?? "It has none."
            throw Problem(
                .unsupportedMediaType, detail: "Send the body with 'Content-Type: application/json'. \(found)")
        }
        if let parameter = mediaType.parameter, parameter.name.lowercased() == "charset",
            parameter.value.lowercased() != "utf-8"
        {
            throw Problem(.unsupportedMediaType, detail: "JSON is sent as UTF-8; other charsets are not accepted.")
        }
        if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, detail: "Send the body without a Content-Encoding.")
        }
    }

    private static func collect(_ request: Request, limits: Limits) async throws -> [UInt8] {
        let tooLarge = Problem(
            .contentTooLarge,
            detail: "The body may have \(limits.size) bytes. Send fewer models or addresses at a time.")
        // The announced size is refused at once; a body without one is counted as it arrives.
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > limits.size {
            throw tooLarge
        }
        do {
            return Array(buffer: try await collect(request.body, limits: limits))
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error where !(error is Problem || error is CancellationError) {
            // Only the connection is read here: it broke, or what came is no HTTP.
            throw Problem(.rejected, detail: "The body ended early or is not framed as HTTP asks (\(error)).")
        }
    }

    /// Reading that is cut off also ends the connection once it was answered: what is still to come could not be told from
    /// another request.
    private static func collect(_ body: RequestBody, limits: Limits) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await body.collect(upTo: limits.size) }
            group.addTask {
                try await Task.sleep(for: limits.time)
                let seconds = Int(limits.time / .seconds(1))
                throw Problem(.requestTimeout, detail: "The body did not arrive within \(seconds) seconds.")
            }
            defer { group.cancelAll() }
            guard let buffer = try await group.next() else { throw CancellationError() }
            return buffer
        }
    }
}
