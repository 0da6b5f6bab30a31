import Synchronization

/// A transfer as its reader sees it. libcurl's side of it is an `Exchange`.
final class Transfer: Sendable {
    let started = ContinuousClock.now
    private let state = Mutex(TransferState())
    private let mailbox: LoopMailbox

    init(mailbox: LoopMailbox) {
        self.mailbox = mailbox
    }

    var id: TransferID { TransferID(self) }

    /// Nil until the transfer has ended well.
    var timing: TransferTiming? { state.withLock { $0.end?.timing } }

    /// Whether nobody has ended the transfer yet.
    var isRunning: Bool { state.withLock { $0.isRunning } }

    // MARK: - For the reader

    /// Waits for the answer's headers.
    func head() async throws(CurlError) -> TransferHead {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                if let result = state.withLock({ $0.awaitHead(waiter) }) { waiter.resume(returning: result) }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// Waits for the next bytes; nil at the end.
    func nextChunk() async throws(CurlError) -> HTTPChunk? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                guard case .resume(let result, let unpause) = state.withLock({ $0.awaitChunk(waiter) }) else { return }
                if unpause { mailbox.post(.unpause(id)) }
                waiter.resume(returning: result)
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// Reads on to the end, giving `receive` each chunk.
    func finish(_ receive: (HTTPChunk) -> Void = { _ in }) async throws(CurlError) -> TransferEnd {
        while let chunk = try await nextChunk() { receive(chunk) }
        guard let end = state.withLock({ $0.end }) else {
            throw CurlError(.library, detail: "the transfer ended without a result")
        }
        return end
    }

    /// Ends the transfer unless it has ended; libcurl's thread then closes the connection.
    func cancel(because error: CurlError = CurlError(.cancelled)) {
        let (wasRunning, action) = state.withLock { $0.cancel(because: error) }
        perform(action)
        if wasRunning { mailbox.post(.cancel(id)) }
    }

    // MARK: - For libcurl's thread

    func receive(_ head: TransferHead) {
        guard case .resume(let waiter, let result) = state.withLock({ $0.receive(head) }) else { return }
        waiter.resume(returning: result)
    }

    /// - Returns: whether the transfer is to pause, because the reader is behind.
    func receive(_ chunk: HTTPChunk) -> Bool {
        switch state.withLock({ $0.receive(chunk) }) {
        case .none: return false
        case .pause: return true
        case .resume(let waiter, let result):
            waiter.resume(returning: result)
            return false
        }
    }

    func end(_ result: Result<TransferEnd, CurlError>) {
        perform(state.withLock { $0.finish(result) })
    }

    private func perform(_ action: TransferState.EndAction) {
        switch action {
        case .none: break
        case .failHead(let waiter, let error): waiter.resume(returning: .failure(error))
        case .resume(let waiter, let result): waiter.resume(returning: result)
        }
    }
}

/// Tells transfers apart while they last.
///
/// The address of an ended transfer may serve again, but a command about it is posted while it is still referenced, so
/// before the command that starts its successor.
struct TransferID: Hashable, Sendable {
    private let identifier: ObjectIdentifier

    init(_ transfer: Transfer) {
        identifier = ObjectIdentifier(transfer)
    }
}

/// Ends the transfer when the last of those who could read it lets go, and keeps the engine alive until then.
final class TransferLifetime: Sendable {
    let transfer: Transfer
    private let engine: CurlEngine

    init(transfer: Transfer, engine: CurlEngine) {
        self.transfer = transfer
        self.engine = engine
    }

    deinit {
        transfer.cancel()
    }
}
