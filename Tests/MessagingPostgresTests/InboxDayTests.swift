import Contracts
import Foundation
import Testing

@testable import MessagingPostgres

@Suite("A day of the inbox")
struct InboxDayTests {
    /// 21 November 2026, 00:00 UTC.
    private static let midnight = Date(timeIntervalSince1970: 1_795_219_200)

    @Test("It holds its whole day in UTC and is named for it", arguments: [0, 1, 86_399.999])
    func whole(offset: TimeInterval) {
        let day = InboxDay(of: Self.midnight.addingTimeInterval(offset))
        #expect(day.start == Self.midnight)
        #expect(day.partition == "inbox_20261121")
        #expect(day.next.partition == "inbox_20261122" && day < day.next)
    }

    @Test("Its ids are those made on it")
    func ids() {
        let day = InboxDay(of: Self.midnight)
        #expect(day.firstID.uuidString.lowercased() == "01a1fb67-1800-0000-0000-000000000000")
        let before = UUID.version7(at: Self.midnight.addingTimeInterval(-0.001)).uuidString
        let first = UUID.version7(at: Self.midnight).uuidString
        let last = UUID.version7(at: Self.midnight.addingTimeInterval(86_399.999)).uuidString
        #expect(before < day.firstID.uuidString && first >= day.firstID.uuidString)
        #expect(last < day.next.firstID.uuidString)
    }
}
