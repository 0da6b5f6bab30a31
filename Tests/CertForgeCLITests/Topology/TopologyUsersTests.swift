import Contracts
import Testing

@testable import CertForgeCLI

@Suite("The broker's users")
struct TopologyUsersTests {
    @Test("Each has a setting for its password")
    func keys() {
        #expect(
            Topology.certForge.roles.map(\.passwordKey) == [
                "BROKER_PASSWORD_GATEWAY", "BROKER_PASSWORD_PROCESSOR", "BROKER_PASSWORD_NOTIFIER",
                "BROKER_PASSWORD_OPERATOR", "BROKER_PASSWORD_MONITORING",
            ])
    }

    @Test("A generated password is new each time and goes into a URL as it is")
    func passwords() {
        let passwords = (0..<50).map { _ in TopologyUsers.generatedPassword() }
        #expect(Set(passwords).count == 50)
        #expect(passwords.allSatisfy { $0.count == 32 && $0.pathSegment == $0 })
    }
}
