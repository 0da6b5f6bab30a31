import Curl
import Messaging
import ServiceRuntime
import Testing

@testable import Notifier

@Suite("Notifier settings")
struct NotifierSettingsTests {
    private static let complete = [
        "DATABASE_URL": "postgres://certforge@127.0.0.1/certforge", "RABBITMQ_URL": "amqp://127.0.0.1",
        "SMTP_URL": "smtp://127.0.0.1", "MAIL_FROM": "CertForge <certforge@example.org>",
        "PUBLIC_URL": "https://certforge.example.org/",
    ]

    @Test("Complete settings are read, with three attempts by default")
    func complete() throws {
        let settings = try NotifierSettings(ServiceSettings(values: Self.complete))
        #expect(settings.publicURL == "https://certforge.example.org")
        #expect(settings.from.address == "certforge@example.org")
        #expect(settings.mailServer.encryption == .startTLS)
        #expect(settings.delivery.policy.retry.maxAttempts == 3)
    }

    @Test("A missing setting is named", arguments: ["DATABASE_URL", "RABBITMQ_URL", "SMTP_URL", "MAIL_FROM"])
    func missing(key: String) {
        var values = Self.complete
        values[key] = nil
        let failure = #expect(throws: ConfigurationFailure.self) {
            try NotifierSettings(ServiceSettings(values: values))
        }
        #expect(failure?.key == key)
    }

    @Test(
        "A malformed setting is named, and no password is printed",
        arguments: [
            ("RABBITMQ_URL", "http://me:secret@host"), ("RABBITMQ_URL", "amqp://me:secret@"),
            ("RABBITMQ_URL", "amqp://me:secret@host/a/b"), ("RABBITMQ_URL", "amqp://me:5672?secret@host"),
            ("RABBITMQ_URL", "me:secret@host"), ("DATABASE_URL", "http://me:secret@host"),
            ("SMTP_URL", "smtp://me:25?secret@host"),
            ("SMTP_URL", "http://me:secret@host"), ("SMTP_URL", "smtp://me:secret@host?starttls=perhaps"),
            ("MAIL_FROM", "CertForge"), ("PUBLIC_URL", "certforge.example.org"), ("PUBLIC_URL", "https://h/\"x"),
            ("NOTIFIER_MAX_ATTEMPTS", "0"), ("NOTIFIER_CONCURRENCY", "many"),
        ])
    func malformed(key: String, value: String) {
        var values = Self.complete
        values[key] = value
        let failure = #expect(throws: ConfigurationFailure.self) {
            try NotifierSettings(ServiceSettings(values: values))
        }
        #expect(failure?.key == key)
        #expect(failure?.description.contains("secret") == false)
    }
}
