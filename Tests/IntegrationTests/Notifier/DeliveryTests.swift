import Contracts
import Foundation
import Messaging
import Postgres
import ServiceLifecycle
import Testing

@testable import Notifier

/// From the event to the mail server, with a real database and a real SMTP server.
@Suite("Notifications", .timeLimit(.minutes(2)))
struct DeliveryTests {
    private let plain = "?starttls=never"

    @Test("A finished job is mailed to each recipient once, however often the event comes")
    func oneMailEach() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["ann@example.org", "bob@example.org"])
            let trace = TraceContext()
            try await scenario.delivering(to: server.url + plain) {
                let id = MessageID()
                #expect(try await scenario.receive(job, id: id, trace: trace) == .done)
                #expect(try await scenario.receive(job, id: id, trace: trace) == .done)
                #expect(try await scenario.receive(job, id: MessageID(), trace: trace) == .done)
                for recipient in job.notify {
                    let row = try await scenario.row(job, recipient) { $0.status == "sent" }
                    #expect(row == .init(status: "sent", attempts: 1, code: 250, error: nil, outcomes: ["sent"]))
                }
            }
            let record = await server.finish()
            #expect(
                record.mails.map(\.recipients).sorted { $0[0] < $1[0] } == [["ann@example.org"], ["bob@example.org"]])
            #expect(record.count(ofCommand: "RCPT TO") == 2)
            let mail = try #require(record.mails.first { $0.recipients == ["bob@example.org"] })
            #expect(mail.sender == "certforge@example.org")
            let id = NotificationID(job: job.jobID, recipient: "bob@example.org")
            for header in [
                "From: CertForge <certforge@example.org>", "To: bob@example.org", "Message-ID: <\(id)@example.org>",
                "Auto-Submitted: auto-generated", "X-CertForge-Job-Id: \(job.jobID)",
                "X-CertForge-Trace-Id: \(trace.traceID)",
            ] {
                #expect(mail.data.contains("\(header)\r\n"), "\(header)")
            }
            #expect(mail.data.contains("1 of 1 target certified"))
        }
    }

    @Test("A refusal for now is tried again under the same Message-ID")
    func greylisting() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["twice-451@example.org"])
            try await scenario.delivering(to: server.url + plain) {
                try await scenario.receive(job)
                let row = try await scenario.row(job, "twice-451@example.org") { $0.status == "sent" }
                #expect(
                    row
                        == .init(
                            status: "sent", attempts: 3, code: 250, error: nil, outcomes: ["retry", "retry", "sent"]))
            }
            let record = await server.finish()
            #expect(record.mails.count == 1)
            #expect(record.count(ofCommand: "RCPT TO") == 3)
            #expect(scenario.health.trouble == nil)
        }
    }

    @Test("After three attempts a refusal for now is final")
    func exhausted() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["data-452@example.org"])
            try await scenario.delivering(to: server.url + plain) {
                try await scenario.receive(job)
                let row = try await scenario.row(job, "data-452@example.org") { $0.status == "failed" }
                #expect(row.attempts == 3)
                #expect(row.code == 452)
                #expect(row.outcomes == ["retry", "retry", "failed"])
                #expect(row.error?.contains("scripted refusal") == true)
            }
            #expect(await server.finish().count(ofCommand: "DATA") == 3)
        }
    }

    @Test("A refusal for good is not tried again, and disturbs no other recipient")
    func permanent() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["rcpt-550@example.org", "bob@example.org"])
            try await scenario.delivering(to: server.url + plain) {
                try await scenario.receive(job)
                let row = try await scenario.row(job, "rcpt-550@example.org") { $0.status == "failed" }
                #expect(row.attempts == 1)
                #expect(row.code == 550)
                _ = try await scenario.row(job, "bob@example.org") { $0.status == "sent" }
            }
            #expect(await server.finish().mails.map(\.recipients) == [["bob@example.org"]])
        }
    }

    @Test("An address that could smuggle a command fails without reaching the wire")
    func injection() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let addresses = SMTPInjection.addresses.filter { !$0.utf8.contains(0) }
            let job = NotifierScenario.job(notify: addresses + ["bob@example.org"])
            try await scenario.delivering(to: server.url + plain) {
                try await scenario.receive(job)
                for address in addresses {
                    let row = try await scenario.row(job, address) { $0.status == "failed" }
                    #expect(row.attempts == 1)
                }
                _ = try await scenario.row(job, "bob@example.org") { $0.status == "sent" }
            }
            let record = await server.finish()
            #expect(record.count(ofCommand: "RCPT TO") == 1)
            #expect(!record.transcript.contains("evil"))
        }
    }

    @Test("A mail server out of reach costs attempts, shows in health, and gets the mail when it is back in time")
    func unreachable() async throws {
        try await NotifierScenario.run { scenario in
            let job = NotifierScenario.job(notify: ["bob@example.org"])
            try await scenario.delivering(to: "smtp://127.0.0.1:1\(plain)") {
                try await scenario.receive(job)
                _ = try await scenario.row(job, "bob@example.org") { $0.outcomes.contains("retry") }
                #expect(scenario.health.trouble == "The server could not be reached.")
            }
            let server = try await ScriptedSMTPServer()
            try await scenario.store.client.execute("UPDATE notifications SET status = 'pending', attempts = 1")
            let restarted = scenario.restarted()
            try await restarted.delivering(to: server.url + plain) {
                _ = try await restarted.row(job, "bob@example.org") { $0.status == "sent" }
                #expect(restarted.health.trouble == nil)
            }
        }
    }

    @Test("A server that does not offer the required encryption gets nothing, and the mail waits")
    func encryptionRequired() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["bob@example.org"])
            try await scenario.delivering(to: server.url) {
                try await scenario.receive(job)
                let row = try await scenario.row(job, "bob@example.org") { $0.outcomes == ["postponed"] }
                #expect(row.status == "pending")
                #expect(row.attempts == 0)
                #expect(scenario.health.trouble != nil)
                #expect(scenario.health.pausedUntil != nil)
            }
            #expect(await server.finish().count(ofCommand: "MAIL") == 0)
        }
    }

    @Test("A dead sender's notification is taken over, and the dead one's word counts no more")
    func takeOver() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["bob@example.org"])
            try await scenario.receive(job)
            let dead = try #require(try await scenario.store.claim(limit: 5, lease: .milliseconds(100)).first)
            try await scenario.delivering(to: server.url + plain) {
                let row = try await scenario.row(job, "bob@example.org") { $0.status == "sent" }
                #expect(row.attempts == 2)
                #expect(row.outcomes == [nil, "sent"])
            }
            #expect(try await scenario.store.renew(dead, lease: .seconds(1)) == false)
            let late = DeliveryVerdict.failed(DeliveryFailure(label: "late", text: "late"))
            #expect(try await scenario.store.record(late, of: dead) == false)
            #expect(try await scenario.row(job, "bob@example.org").status == "sent")
        }
    }

    @Test("Senders that work at the same time send each mail once")
    func competition() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: (0..<30).map { "r\($0)@example.org" })
            try await scenario.receive(job)
            let claims = try await withThrowingTaskGroup(of: [ClaimedNotification].self) { group in
                for _ in 0..<5 {
                    group.addTask { try await scenario.store.claim(limit: 4, lease: .seconds(600)) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claims.count == 20)
            #expect(Set(claims.map(\.id)).count == 20)
            // They have died; while a lease was short, a slow claim got what another one had.
            try await scenario.store.client.execute("UPDATE notifications SET lease_expires_at = now()")
            try await scenario.delivering(to: server.url + plain) {
                for recipient in job.notify { _ = try await scenario.row(job, recipient) { $0.status == "sent" } }
            }
            #expect(Set(await server.finish().mails.map(\.recipients)).count == 30)
            #expect(await server.finish().mails.count == 30)
        }
    }

    @Test("A slow mail server's lease is renewed, and shutting down waits for it")
    func leaseAndDrain() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["slow-5@example.org"])
            try await scenario.delivering(to: server.url + plain, lease: .seconds(4)) {
                try await scenario.receive(job)
                try #require(await server.waits(for: "stalled"))
            }
            let row = try await scenario.row(job, "slow-5@example.org")
            #expect(row == .init(status: "sent", attempts: 1, code: 250, error: nil, outcomes: ["sent"]))
            #expect(await server.finish().mails.count == 1)
        }
    }

    @Test("A verdict that cannot be stored at once is stored later, and no second mail is sent")
    func outageAfterSending() async throws {
        try await NotifierScenario.run { scenario in
            let server = try await ScriptedSMTPServer()
            let job = NotifierScenario.job(notify: ["slow-2@example.org"])
            let blocker = PostgresClient(
                configuration: try PostgresScratch.configuration().searching(scenario.schema),
                logger: PostgresScratch.logger)
            try await scenario.delivering(to: server.url + plain, lease: .seconds(60)) {
                try await scenario.receive(job)
                try #require(await server.waits(for: "stalled"))
                try await blocker.withTransaction { connection in
                    try await connection.execute("LOCK TABLE notifications IN ACCESS EXCLUSIVE MODE")
                    let storing: SQLStatement = "wait_event_type = 'Lock' AND query LIKE '%smtp_code = %'"
                    try await PostgresScratch.wait(until: storing, of: scenario.store.client)
                    try await PostgresScratch.endSessions(of: scenario.store.client)
                }
                let row = try await scenario.row(job, "slow-2@example.org") { $0.status != "sending" }
                #expect(row == .init(status: "sent", attempts: 1, code: 250, error: nil, outcomes: ["sent"]))
            }
            await blocker.close()
            #expect(await server.finish().mails.count == 1)
        }
    }

    @Test("An outage of the database is logged once, however often due notifications are looked for")
    func outageIsLoggedOnce() async throws {
        let log = LogWatch()
        let client = PostgresClient(
            configuration: try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/none"),
            logger: PostgresScratch.logger)
        let service = try NotifierScenario.service(
            store: NotificationStore(client: client), url: "smtp://127.0.0.1:1\(plain)",
            logger: log.logger)
        let group = ServiceGroup(services: [service], logger: PostgresScratch.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let warning = "Cannot look for due notifications; trying on"
            try #require(await log.messages.first { $0 == warning } != nil)
            // Twenty more polls on an idle machine; none of them may say anything.
            try await Task.sleep(for: .seconds(1))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            #expect(log.count(of: warning) == 1)
        }
        await client.close()
    }

    @Test("A message without an id and a report that cannot be stored are rejected")
    func rejected() async throws {
        try await NotifierScenario.run { scenario in
            #expect(
                try await scenario.receive(NotifierScenario.job(notify: ["a@b.c"]), id: nil)
                    == .reject(DeadLetterCause(.undecodable, error: "the message has no id")))
            let unstorable = try await scenario.receive(NotifierScenario.job(notify: ["a\u{0}@b.c"]))
            guard case .reject(let cause) = unstorable else {
                Issue.record("it was not rejected")
                return
            }
            #expect(cause.name == .rejected)
        }
    }

    @Test("A job that nobody wants to hear of leaves nothing")
    func nobody() async throws {
        try await NotifierScenario.run { scenario in
            #expect(try await scenario.receive(NotifierScenario.job(notify: [])) == .done)
            let reports = try await scenario.store.client.query("SELECT 1 FROM job_reports")
            #expect(reports.isEmpty)
        }
    }
}
