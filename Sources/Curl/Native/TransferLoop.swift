import CCurl
import Foundation

/// Drives the multi handle. Made and used on the loop's thread only.
final class TransferLoop {
    private let multi: MultiHandle
    private let mailbox: LoopMailbox
    // An exchange stays here for as long as libcurl may call back into it: from before `add` until after `remove`.
    private var exchanges: [TransferID: Exchange] = [:]
    private var transferIDs: [UInt: TransferID] = [:]
    private var nextIdleCheck: ContinuousClock.Instant?

    private init(multi: MultiHandle, mailbox: LoopMailbox) {
        self.multi = multi
        self.mailbox = mailbox
    }

    /// Starts the thread. It ends with the command `stop`.
    static func start(multi: MultiHandle, mailbox: LoopMailbox) {
        let thread = Thread {
            blockBrokenPipeSignal()
            TransferLoop(multi: multi, mailbox: mailbox).run()
        }
        thread.name = "curl"
        thread.start()
    }

    /// With `CURLOPT_NOSIGNAL` libcurl leaves SIGPIPE alone, and OpenSSL writes without `MSG_NOSIGNAL`: a peer that
    /// closes the connection would end the process. Blocked on this thread, the write fails with EPIPE instead.
    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func run() {
        while true {
            for command in mailbox.takeAll() {
                switch command {
                case .start(let exchange): start(exchange)
                case .cancel(let id): abandon(id)
                case .unpause(let id): exchanges[id]?.unpause()
                case .stop(let waiter): return stop(waiter)
                }
            }
            multi.perform()
            while let completion = multi.nextCompletion() { finish(completion) }
            endIdleExchanges()
            multi.poll(limit: pollLimit)
        }
    }

    private func start(_ exchange: Exchange) {
        let id = exchange.transfer.id
        exchanges[id] = exchange
        transferIDs[exchange.easy.identity] = id
        do throws(CurlError) {
            try multi.add(exchange.easy)
            exchange.noteActivity()
            schedule(exchange.idleDeadline)
        } catch {
            exchanges[id] = nil
            transferIDs[exchange.easy.identity] = nil
            exchange.transfer.end(.failure(error))
        }
    }

    /// Stops working on a transfer whose reader has been told that it is over.
    private func abandon(_ id: TransferID) {
        guard let exchange = exchanges[id], !exchange.endsByCallback else { return }
        remove(id)
    }

    private func remove(_ id: TransferID) {
        guard let exchange = exchanges[id] else { return }
        multi.remove(exchange.easy)
        transferIDs[exchange.easy.identity] = nil
        exchanges[id] = nil
    }

    private func finish(_ completion: MultiHandle.Completion) {
        guard let id = transferIDs[completion.identity], let exchange = exchanges[id] else { return }
        // Before the handle leaves the multi handle, which resets some of what it can tell.
        let result = exchange.outcome(of: completion.result)
        remove(id)
        exchange.transfer.end(result)
    }

    // MARK: - Idle time

    private var pollLimit: Duration {
        guard let nextIdleCheck else { return .seconds(60) }
        return max(.milliseconds(1), ContinuousClock.now.duration(to: nextIdleCheck))
    }

    private func schedule(_ deadline: ContinuousClock.Instant?) {
        guard let deadline else { return }
        nextIdleCheck = nextIdleCheck.map { min($0, deadline) } ?? deadline
    }

    private func endIdleExchanges() {
        let now = ContinuousClock.now
        guard let check = nextIdleCheck, now >= check else { return }
        nextIdleCheck = nil
        for (id, exchange) in exchanges {
            exchange.noteUpload()
            guard let deadline = exchange.idleDeadline else { continue }
            guard deadline <= now else {
                schedule(deadline)
                continue
            }
            exchange.transfer.end(.failure(CurlError(.timeout(.idle))))
            abandon(id)
        }
    }

    // MARK: - The end

    private func stop(_ waiter: CheckedContinuation<Void, Never>?) {
        let error = CurlError(.shutDown)
        for exchange in exchanges.values { exchange.transfer.end(.failure(error)) }
        // Lets those that end by callback do so.
        multi.perform()
        while let completion = multi.nextCompletion() { finish(completion) }
        for id in Array(exchanges.keys) { remove(id) }
        for command in mailbox.close() {
            switch command {
            case .start(let exchange): exchange.transfer.end(.failure(error))
            case .stop(let waiter): waiter?.resume()
            case .cancel, .unpause: break
            }
        }
        waiter?.resume()
    }
}
