import Certification
import Contracts
import Foundation
import Testing

@testable import Certificates

@Suite("Certificate statements") struct CertificateStatementTests {
    private static var example: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "contracts/examples/certificate-statement.json")
    }

    @Test("The golden example is what a certified target's statement is")
    func golden() throws {
        let price = CertificateTerms.Price(name: "haiku@2026-11-01", digest: String(repeating: "cd", count: 32))
        let written = try Sample.statement(price: price)
        let golden = try Data(contentsOf: Self.example)
        let expected = try JSONDecoder().decode(JSONValue.self, from: golden)
        let told = try JSONDecoder().decode(JSONValue.self, from: written.payload())
        #expect(told == expected, "\(told.lines())")
        #expect(try CertificateStatement(payload: golden) == written)
    }

    @Test("Tests are told apart by what they came to over all attempts")
    func tests() throws {
        let predicate = try Sample.statement().predicate
        #expect(predicate.passedTests == ["greeting"])
        #expect(predicate.warnedTests == ["flaky"])
        #expect(predicate.failedTests == ["arithmetic"])
        #expect(predicate.certificate.unjudgedTests == ["broken"])
        #expect(predicate.certificate.skippedTests == ["vision"])
    }

    @Test("The ids that were called are told where one of them is not the model's own")
    func calledModels() throws {
        func called(_ ids: [String?]) throws -> [String]? {
            let results = ids.map { id in
                var result = Sample.result("greeting", .pass)
                for index in result.calls.indices { result.calls[index].calledModel = id }
                return result
            }
            return try Sample.statement(results: results).certificate.calledModels
        }
        let plain = Sample.target.model.rawValue
        #expect(try called([plain, nil, plain]) == nil)
        #expect(try called(["us.\(plain)", "us.\(plain)"]) == ["us.\(plain)"])
        #expect(try called(["us.\(plain)", plain]) == [plain, "us.\(plain)"])
    }

    @Test("CERTIFIED is PASSED, QUALITY_WARNING is WARNED, and nothing else gets a certificate")
    func results() throws {
        #expect(try Sample.statement(.certified).predicate.result == .passed)
        #expect(try Sample.statement(.qualityWarning).predicate.result == .warned)
        for status in CertificationStatus.allCases where status != .certified && status != .qualityWarning {
            #expect(throws: Sample.NoStatement.self) { try Sample.statement(status) }
        }
    }

    @Test("The digest of a target is that of its four fields as sorted JSON")
    func targetDigest() {
        let json =
            #"{"model":"anthropic.claude-3-haiku-20240307-v1:0","profile":"in-region","provider":"bedrock","#
            + #""region":"us-east-1"}"#
        #expect(Sample.target.digest == SHA256Text.of(json))
    }

    @Test("A statement whose digest is another target's is none")
    func otherTarget() throws {
        var statement = try Sample.statement()
        statement.predicate.certificate.target.model = "vendor.other"
        let payload = try statement.payload()
        #expect(throws: StatementFault.otherTarget) { try CertificateStatement(payload: payload) }
        statement = try Sample.statement()
        statement.predicateType = "https://slsa.dev/provenance/v1"
        let provenance = try statement.payload()
        #expect(throws: StatementFault.otherType) { try CertificateStatement(payload: provenance) }
        #expect(throws: StatementFault.unreadable) { try CertificateStatement(payload: Data("{}".utf8)) }
    }
}
