/// Whether a server may be tried now: open until a failure, then shut for a growing wait until it works again.
struct RetryGate: Sendable {
    private var backoff: Backoff
    /// When the next try may be made; nil while there is no trouble.
    private(set) var retryAt: Duration?

    init(_ backoff: Backoff) {
        self.backoff = backoff
    }

    /// Whether the last try failed.
    var isTroubled: Bool { backoff.failures > 0 }

    func isOpen(at now: Duration) -> Bool {
        retryAt.map { $0 <= now } ?? true
    }

    /// Counts a failure, unless the gate is shut: tries that were under way together fail together and count once.
    ///
    /// - Returns: whether trouble begins.
    mutating func failed(at now: Duration, using generator: inout some RandomNumberGenerator) -> Bool {
        guard isOpen(at: now) else { return false }
        let begins = !isTroubled
        retryAt = now + backoff.next(using: &generator)
        return begins
    }

    /// - Returns: whether trouble ends.
    mutating func worked() -> Bool {
        let ends = isTroubled
        backoff.reset()
        retryAt = nil
        return ends
    }
}
