import Messaging
import ServiceRuntime

/// What the notifier's health depends on. Without database or consumer it cannot do its work; a mail server in trouble
/// only delays it.
enum NotifierHealth {
    static func checks(
        store: NotificationStore, gate: ConsumptionGate, isConsuming: @escaping @Sendable () -> Bool,
        publishingTrouble: @escaping @Sendable () -> String?, mail: MailServerHealth
    ) -> [HealthCheck] {
        [
            HealthCheck("database") {
                do {
                    try await store.ping()
                    return .healthy()
                } catch {
                    return .failed("\(error)")
                }
            },
            HealthCheck("consumer") {
                if let reason = gate.closureReason { return .failed("paused: \(reason)") }
                return isConsuming() ? .healthy() : .failed("no queue is being consumed")
            },
            HealthCheck("broker") {
                publishingTrouble().map { .degraded($0) } ?? .healthy()
            },
            HealthCheck("mail") {
                mail.trouble.map { .degraded($0) } ?? .healthy()
            },
        ]
    }
}
