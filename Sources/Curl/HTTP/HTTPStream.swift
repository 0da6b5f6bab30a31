package import Foundation

/// An answer whose body is still arriving. Letting go of the stream and of its body, or cancelling the task that reads
/// it, closes the connection.
package struct HTTPStream: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    /// When the request was handed to the engine.
    package let started: ContinuousClock.Instant
    /// When the last header arrived.
    package let headersArrival: ContinuousClock.Instant
    /// The body, for one reader, once.
    package let body: HTTPBody

    /// The transfer's times; nil until the body has ended.
    package var timing: TransferTiming? { body.lifetime.transfer.timing }

    /// Ends the transfer now; reading the body then throws `CurlError.Code.cancelled`.
    package func cancel() { body.lifetime.transfer.cancel() }
}

/// Bytes of a body as libcurl delivered them.
package struct HTTPChunk: Sendable, Hashable {
    /// Never empty.
    package let bytes: Data
    /// When libcurl delivered them, taken before any hop to another thread.
    package let arrival: ContinuousClock.Instant

    package init(bytes: Data, arrival: ContinuousClock.Instant) {
        self.bytes = bytes
        self.arrival = arrival
    }
}

/// A body's chunks in order. A reader that falls more than 1 MiB behind pauses the transfer.
///
/// Iterating throws when the transfer fails, after the chunks that arrived before.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = HTTPChunk
    package typealias Failure = CurlError

    let lifetime: TransferLifetime

    package func makeAsyncIterator() -> Iterator { Iterator(lifetime: lifetime) }

    package struct Iterator: AsyncIteratorProtocol {
        let lifetime: TransferLifetime

        package mutating func next() async throws(CurlError) -> HTTPChunk? {
            try await lifetime.transfer.nextChunk()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(CurlError) -> HTTPChunk? {
            try await lifetime.transfer.nextChunk()
        }
    }
}
