import Curl
import Foundation
import ServiceRuntime
import Testing

@testable import CertForgeCLI

@Suite("What the doctor says of the surroundings")
struct SurroundingChecksTests {
    @Test("A mail server that gives no answer is an error, and settings that cannot work are told apart")
    func mailServer() {
        let unreachable = Check.judge(mailServer: "smtp://mail:25", failure: CurlError(.connect))
        #expect(unreachable.map(\.severity) == [.error])
        let denied = Check.judge(mailServer: "smtp://mail:25", failure: CurlError(.encryptionUnavailable))
        #expect(denied.map(\.cure) == ["Correct SMTP_URL."])
    }

    @Test("What is not set here is not looked at")
    func unset() async {
        for check in [Check.mailServer, .gateway, .developmentSecrets] {
            let found = await check.findings(in: Surroundings(ServiceSettings(values: [:])), within: .seconds(5))
            #expect(found.isEmpty)
        }
    }

    @Test("A gateway that answers as it should is one that runs; a token that it refuses is told")
    func gateway() {
        let refused = GatewayFailure(status: 401, body: Data())
        #expect(Check.judge(gateway: "http://g", failure: refused, hasToken: true).map(\.severity) == [.warning])
        #expect(Check.judge(gateway: "http://g", failure: refused, hasToken: false).isEmpty)
        let broken = GatewayFailure(status: 503, body: Data())
        #expect(Check.judge(gateway: "http://g", failure: broken, hasToken: false).map(\.severity) == [.error])
    }

    @Test("Without a signing key, with one that is not published and with unsigned certificates there is a warning")
    func signingKeys() {
        #expect(Check.judge(signingKey: nil, stored: [], unsigned: 3).map(\.severity) == [.warning])
        #expect(Check.judge(signingKey: nil, stored: ["a"], unsigned: 0).isEmpty)
        #expect(Check.judge(signingKey: "a", stored: ["a", "b"], unsigned: 0).isEmpty)
        #expect(Check.judge(signingKey: "b", stored: ["a"], unsigned: 2).map(\.severity) == [.warning, .warning])
        #expect(Check.judge(published: ["a"], by: "http://g", stored: ["a", "b"]).map(\.severity) == [.error])
        #expect(Check.judge(published: ["a", "b"], by: "http://g", stored: ["a"]).isEmpty)
    }

    @Test("Secrets from the repository are found and never repeated")
    func secrets() {
        let published = [
            "JWT_SECRET": "a-secret-for-trying-out-of-no-value-elsewhere",
            "DATABASE_URL": "postgres://certforge_gateway:certforge_gateway@db/certforge",
            "RABBITMQ_URL": "amqp://guest:guest@broker/x",
        ]
        let findings = Check.judge(secrets: published)
        #expect(findings.map { $0.what.prefix { $0 != " " } } == ["DATABASE_URL", "JWT_SECRET", "RABBITMQ_URL"])
        #expect(findings.allSatisfy { finding in !published.values.contains { finding.what.contains($0) } })
        let own = ["JWT_SECRET": "x8Hq2", "DATABASE_URL": "postgres://certforge:s3cret@db/certforge"]
        #expect(Check.judge(secrets: own).isEmpty)
    }
}

@Suite("A diagnosis")
struct DiagnosisTests {
    private let nowhere = Surroundings(ServiceSettings(values: [:]))

    private func exitCode(_ severities: Finding.Severity...) -> Int32 {
        Diagnosis(
            entries: severities.map {
                .init(check: "x", findings: [Finding(severity: $0, what: "w", why: "y", cure: "c")])
            }
        ).exitCode
    }

    @Test("The worst finding decides the exit code")
    func exitCodes() {
        #expect(exitCode() == 0)
        #expect(exitCode(.notice) == 0)
        #expect(exitCode(.notice, .unchecked) == 1)
        #expect(exitCode(.unchecked, .warning) == 2)
        #expect(exitCode(.warning, .error, .unchecked) == 3)
    }

    @Test("A check that hangs and heeds nothing does not hang the others")
    func hanging() async {
        let hung = Check("hung") { _ in
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return []
        }
        let diagnosis = await Diagnosis.make(
            with: [hung, Check("fine") { _ in [] }], in: nowhere, within: .seconds(5))
        #expect(diagnosis.entries.map { $0.findings.map(\.severity) } == [[.unchecked], []])
        #expect(diagnosis.exitCode == 1)
    }

    @Test("Without settings every check that needs them says which one is missing")
    func unconfigured() async {
        let diagnosis = await Diagnosis.make(with: Check.all, in: nowhere)
        let findings = diagnosis.entries.flatMap(\.findings)
        #expect(findings.allSatisfy { $0.severity == .unchecked })
        let cures = Set(findings.map(\.cure))
        #expect(cures == ["Set RABBITMQ_MANAGEMENT_URL and ask again.", "Set DATABASE_URL and ask again."])
        let together = diagnosis.lines.filter { $0.hasPrefix("not checked: ") }
        #expect(together.count == 2)
        #expect(diagnosis.lines.contains("fine: mail server, gateway, secrets"))
    }

    @Test("It is written with the worst first, each finding with its cure")
    func text() {
        let diagnosis = Diagnosis(entries: [
            .init(check: "a", findings: [.warning("W.", why: "Because.", cure: "Do w.")]),
            .init(check: "b", findings: [.error("E.", why: "Because.", cure: "Do e.")]),
            .init(check: "c", findings: []),
        ])
        #expect(
            diagnosis.lines == [
                "ERROR  b: E.", "    Because.", "    → Do e.", "WARNING  a: W.", "    Because.", "    → Do w.",
                "fine: c",
                "1 error, 1 warning, 3 checks, 0 of which could not be made",
            ])
    }
}
