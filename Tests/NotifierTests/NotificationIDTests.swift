import Contracts
import Testing

@testable import Notifier

@Suite("Notification id")
struct NotificationIDTests {
    @Test("It is the same for the same job and recipient, and another for any other")
    func determinism() throws {
        let job = try #require(JobID("0190a1b2-c3d4-7e5f-8a6b-0123456789ab"))
        let id = NotificationID(job: job, recipient: "bob@example.org")
        #expect(id == NotificationID(job: job, recipient: "bob@example.org"))
        #expect(id != NotificationID(job: job, recipient: "eve@example.org"))
        #expect(id != NotificationID(job: JobID(), recipient: "bob@example.org"))
        let text = Array(id.description)
        #expect(text[14] == "8")
        #expect("89ab".contains(text[19]))
    }
}
