/// How long the parts of a transfer may take.
package struct TransferTimeouts: Sendable, Hashable {
    /// Name lookup, TCP and TLS together; from 1 ms, default 5 s.
    package var connect: Duration
    /// The whole transfer; from 1 ms, nil means no limit. Default 60 s.
    package var total: Duration?
    /// The longest silence: no byte in either direction, the wait for the answer's first byte included. Time during
    /// which the reader holds the transfer back does not count. Nil, the default, means no limit.
    package var idle: Duration?

    package init(connect: Duration = .seconds(5), total: Duration? = .seconds(60), idle: Duration? = nil) {
        self.connect = connect
        self.total = total
        self.idle = idle
    }
}
