import Foundation
import Testing

@testable import CertForgeCLI

@Suite("The doctor on the lists of models")
struct RegistryListsTests {
    private static let now = Date(timeIntervalSince1970: 1_767_225_600)

    private func list(_ region: String, hours: Double?, failure: String? = nil) -> RegistryList {
        RegistryList(
            region: region, syncedAt: hours.map { Self.now.addingTimeInterval(-$0 * 3_600) }, failure: failure)
    }

    @Test("Young lists, and none at all, are nothing to tell")
    func healthy() {
        #expect(Check.judge(lists: [], now: Self.now).isEmpty)
        #expect(Check.judge(lists: [list("a", hours: 1), list("b", hours: 167)], now: Self.now).isEmpty)
    }

    @Test("A region that failed is a warning with the age of what is known, an old list a notice")
    func troubled() throws {
        let findings = Check.judge(
            lists: [
                list("a", hours: 5, failure: "denied"), list("b", hours: nil, failure: "away"), list("c", hours: 200),
                list("d", hours: 300),
            ], now: Self.now)
        #expect(findings.map(\.severity) == [.warning, .warning, .notice])
        #expect(findings[0].what == "a did not tell all about its models: denied")
        #expect(
            findings.map(\.why).prefix(2) == ["What is known of them is 5 h old.", "What is known of them is nothing."])
        #expect(findings[2].what == "2 regions told their models long ago; what is known of d is 300 h old.")
    }
}
