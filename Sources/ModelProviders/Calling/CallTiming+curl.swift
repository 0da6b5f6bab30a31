import Certification
import Curl

extension CallTiming {
    /// Of an answer that came in one piece.
    init(_ response: HTTPResponse, server: Duration? = nil) {
        self.init(
            connect: response.timing.connectionReady, firstByte: response.timing.firstByte, firstChunk: nil,
            total: response.timing.total, server: server)
    }

    /// Of a stream that has ended. Arrivals are those at libcurl, not those at the task that reads.
    init(_ stream: HTTPStream, chunks: [StreamedChunk], lastArrival: Duration, server: Duration? = nil) {
        let timing = stream.timing
        self.init(
            connect: timing?.connectionReady ?? .zero,
            firstByte: timing?.firstByte ?? (stream.headersArrival - stream.started),
            firstChunk: chunks.first?.arrival, firstVisibleText: chunks.first { $0.kind == .text }?.arrival,
            total: max(timing?.total ?? .zero, lastArrival), server: server)
    }
}
