/// One thing that a service's health depends on.
package struct HealthCheck: Sendable {
    package enum State: Sendable, Hashable {
        /// Works; the text says more where there is more to say.
        case healthy(String? = nil)
        /// Works with limits, or not at all though the service can do its work without it.
        case degraded(String)
        /// Does not work, and neither does the service.
        case failed(String)
    }

    /// A short fixed name, for example `database`.
    package let name: String
    /// Reports the state; takes at most a few seconds, after which it counts as failed.
    package let state: @Sendable () async -> State

    package init(_ name: String, state: @escaping @Sendable () async -> State) {
        self.name = name
        self.state = state
    }
}

/// What `/health` answers.
package struct HealthReport: Sendable, Encodable {
    package struct Check: Sendable, Encodable {
        package var name: String
        package var status: String
        package var detail: String?
    }

    package var service: String
    package var version: String
    /// `healthy`, `degraded`, `failed` or `draining`.
    package var status: String
    package var checks: [Check]

    /// Whether the service can do its work.
    package var isReady: Bool { status == "healthy" || status == "degraded" }
}
