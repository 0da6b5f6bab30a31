import Foundation

/// The start of an answer.
struct TransferHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var arrival: ContinuousClock.Instant
}

/// How a transfer ended well.
struct TransferEnd: Sendable {
    var timing: TransferTiming
    /// The HTTP status or the last SMTP reply's code.
    var responseCode: Int
    /// The last SMTP reply's text.
    var replyText: String
}

/// What a reader may know of a transfer: a state machine between libcurl's thread, which tells it events, and one
/// reader.
///
/// Whoever calls a method carries out what it returns, outside the lock.
struct TransferState {
    typealias HeadResult = Result<TransferHead, CurlError>
    /// Nil at the body's end.
    typealias ChunkResult = Result<HTTPChunk?, CurlError>
    typealias HeadWaiter = CheckedContinuation<HeadResult, Never>
    typealias ChunkWaiter = CheckedContinuation<ChunkResult, Never>

    private enum Reader {
        case busy
        case waitingForHead(HeadWaiter)
        case waitingForChunk(ChunkWaiter)
    }

    private enum Progress {
        case running
        case ended(TransferEnd)
        case failed(CurlError)
    }

    /// More unread bytes than this pause the transfer; half of it lets it go on.
    static let unreadLimit = 1024 * 1024
    /// More unread chunks than this pause it as well: a drip of single bytes costs memory too.
    static let unreadChunkLimit = 4096

    private var progress = Progress.running
    private var reader = Reader.busy
    private var head: TransferHead?
    private var unread = ChunkQueue()
    private var isPaused = false

    var end: TransferEnd? {
        if case .ended(let end) = progress { end } else { nil }
    }

    var isRunning: Bool {
        if case .running = progress { true } else { false }
    }

    // MARK: - What libcurl's thread tells

    enum HeadAction {
        case none
        case resume(HeadWaiter, HeadResult)
    }

    mutating func receive(_ head: TransferHead) -> HeadAction {
        self.head = head
        guard case .waitingForHead(let waiter) = reader else { return .none }
        reader = .busy
        return .resume(waiter, .success(head))
    }

    enum ChunkAction {
        case none
        case pause
        case resume(ChunkWaiter, ChunkResult)
    }

    mutating func receive(_ chunk: HTTPChunk) -> ChunkAction {
        guard case .running = progress else { return .none }
        if case .waitingForChunk(let waiter) = reader {
            reader = .busy
            return .resume(waiter, .success(chunk))
        }
        unread.append(chunk)
        guard !isPaused, unread.byteCount > Self.unreadLimit || unread.count > Self.unreadChunkLimit else {
            return .none
        }
        isPaused = true
        return .pause
    }

    enum EndAction {
        case none
        case failHead(HeadWaiter, CurlError)
        case resume(ChunkWaiter, ChunkResult)
    }

    /// The first end counts; a later one changes nothing.
    mutating func finish(_ result: Result<TransferEnd, CurlError>) -> EndAction {
        guard case .running = progress else { return .none }
        let chunkResult: ChunkResult
        let failure: CurlError
        switch result {
        case .success(let end):
            progress = .ended(end)
            chunkResult = .success(nil)
            failure = CurlError(.protocolViolation, detail: "the answer has no header")
        case .failure(let error):
            progress = .failed(error)
            chunkResult = .failure(error)
            failure = error
        }
        defer { reader = .busy }
        switch reader {
        case .busy: return .none
        case .waitingForHead(let waiter): return .failHead(waiter, failure)
        case .waitingForChunk(let waiter): return .resume(waiter, chunkResult)
        }
    }

    // MARK: - What the reader does

    /// Ends the transfer at the reader's wish: what has arrived is let go of as well.
    ///
    /// - Returns: whether the transfer was running, and what to do about a waiting reader.
    mutating func cancel(because error: CurlError) -> (wasRunning: Bool, action: EndAction) {
        guard case .running = progress else { return (false, .none) }
        unread = ChunkQueue()
        return (true, finish(.failure(error)))
    }

    /// - Returns: the head at once if it is there; else nil, and `waiter` is kept.
    mutating func awaitHead(_ waiter: HeadWaiter) -> HeadResult? {
        if let head { return .success(head) }
        switch progress {
        case .failed(let error): return .failure(error)
        case .ended: return .failure(CurlError(.protocolViolation, detail: "the answer has no header"))
        case .running:
            reader = .waitingForHead(waiter)
            return nil
        }
    }

    enum NextAction {
        case wait
        /// `unpause`: the transfer is to go on.
        case resume(ChunkResult, unpause: Bool)
    }

    mutating func awaitChunk(_ waiter: ChunkWaiter) -> NextAction {
        if let chunk = unread.popFirst() {
            let unpause =
                isPaused && unread.byteCount <= Self.unreadLimit / 2 && unread.count <= Self.unreadChunkLimit / 2
            if unpause { isPaused = false }
            return .resume(.success(chunk), unpause: unpause)
        }
        switch progress {
        case .ended: return .resume(.success(nil), unpause: false)
        case .failed(let error): return .resume(.failure(error), unpause: false)
        case .running:
            if case .busy = reader {
                reader = .waitingForChunk(waiter)
                return .wait
            }
            return .resume(
                .failure(CurlError(.invalidRequest, detail: "a body has one reader")), unpause: false)
        }
    }
}

/// Chunks first in, first out, at constant cost.
private struct ChunkQueue {
    private var chunks: [HTTPChunk?] = []
    private var first = 0
    private(set) var byteCount = 0

    var count: Int { chunks.count - first }

    mutating func append(_ chunk: HTTPChunk) {
        chunks.append(chunk)
        byteCount += chunk.bytes.count
    }

    mutating func popFirst() -> HTTPChunk? {
        guard first < chunks.count, let chunk = chunks[first] else { return nil }
        chunks[first] = nil
        first += 1
        byteCount -= chunk.bytes.count
        if first == chunks.count || first > 1024 {
            chunks.removeFirst(first)
            first = 0
        }
        return chunk
    }
}
