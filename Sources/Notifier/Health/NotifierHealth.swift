import ServiceRuntime

/// What the notifier's health depends on. Without database or consumer it cannot do its work; a mail server in trouble
/// only delays it.
enum NotifierHealth {
    static func checks(
        store: NotificationStore, isConsuming: @escaping @Sendable () -> Bool, mail: MailServerHealth
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
                isConsuming() ? .healthy() : .failed("no queue is being consumed")
            },
            HealthCheck("mail") {
                mail.trouble.map { .degraded($0) } ?? .healthy()
            },
        ]
    }
}
