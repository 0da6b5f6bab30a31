import Certificates
import Contracts
import Testing

@Suite("Certificate statements") struct CertificateStatementTests {
    @Test("A statement is about a target") func target() {
        let target = Target(provider: .bedrock, model: "m", region: "us-east-1", profile: .inRegion)
        #expect(CertificateStatement(target: target).target == target)
    }
}
