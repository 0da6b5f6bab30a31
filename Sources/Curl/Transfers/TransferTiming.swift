/// When the parts of a transfer were done, each since its start, as libcurl measured them (`CURLINFO_*_TIME_T`).
///
/// On a reused connection name lookup, connect and TLS take next to nothing.
package struct TransferTiming: Sendable, Hashable {
    package var nameLookup: Duration
    package var connect: Duration
    /// Zero when the connection is not encrypted.
    package var tls: Duration
    package var firstByte: Duration
    package var total: Duration
    package var reusedConnection: Bool

    package init(
        nameLookup: Duration, connect: Duration, tls: Duration, firstByte: Duration, total: Duration,
        reusedConnection: Bool
    ) {
        self.nameLookup = nameLookup
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
        self.reusedConnection = reusedConnection
    }

    /// Until a connection was ready to carry the request; zero when one was reused.
    package var connectionReady: Duration {
        reusedConnection ? .zero : max(connect, tls)
    }
}
