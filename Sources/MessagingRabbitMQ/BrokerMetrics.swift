import Metrics

/// Whether the broker can be used, as gauges of 0 and 1.
struct BrokerMetrics: Sendable {
    private let publishing: Gauge
    private let consuming: Gauge
    private let blocked: Gauge

    init(factory: any MetricsFactory) {
        func gauge(_ connection: String) -> Gauge {
            Gauge(label: "broker_connected", dimensions: [("connection", connection)], factory: factory)
        }
        publishing = gauge("publishing")
        consuming = gauge("consuming")
        blocked = Gauge(label: "broker_connection_blocked", factory: factory)
    }

    /// - Parameters:
    ///   - isPublishing: whether the connection for publishing is open.
    ///   - isConsuming: whether the one for consuming is.
    ///   - isBlocked: whether a resource alarm of the broker holds publishes back.
    func record(publishing isPublishing: Bool, consuming isConsuming: Bool, isBlocked: Bool) {
        publishing.record(isPublishing ? 1 : 0)
        consuming.record(isConsuming ? 1 : 0)
        blocked.record(isBlocked ? 1 : 0)
    }
}
