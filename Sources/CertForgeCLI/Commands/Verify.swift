import ArgumentParser
import Certificates
import Contracts
import Foundation

/// Verifies a certificate, with files alone or with a gateway's help.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify a certificate, offline if its keys are at hand.",
        discussion: """
            With --keys nothing is asked of any network. With --gateway the keys, the revocations and whether a later \
            verdict took its place are fetched there; no token is needed.

            Exit codes: 0 valid, 1 invalid, 2 what is needed could not be read, 3 expired, 4 revoked, 5 superseded by a \
            later verdict.
            """)

    @Argument(help: "The certificate's file, or - for standard input.")
    var file: String

    @Option(help: "The public keys' file, a JSON Web Key Set: from GET /api/v1/keys, once.")
    var keys: String?

    @Option(help: "A gateway to fetch keys and revocations from, for example https://certforge.example.")
    var gateway: String?

    @Option(help: "The signed revocations' file: from GET /api/v1/revocations.")
    var revocations: String?

    @Option(help: "The evidence pack's file: from 'certforge evidence'.")
    var evidence: String?

    @Option(help: "At which moment, as 2026-01-31T18:00:00Z. Default: now.")
    var at: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (keys == nil) != (gateway == nil) else {
            throw ValidationError("Name the public keys with exactly one of --keys FILE and --gateway URL.")
        }
        if let gateway, !GatewayAddress.isAddress(gateway) {
            throw ValidationError(
                "'\(gateway)' is no gateway's address. It begins with http:// or https:// and a host.")
        }
        if let at, (try? Date(at, strategy: .iso8601)) == nil {
            throw ValidationError("--at is '\(at)'; it must be a date and time as 2026-01-31T18:00:00Z.")
        }
    }

    func run() async throws {
        let report: CertificateReport
        do {
            report = try await verify()
        } catch let error as VerificationTrouble {
            Console.note("\(error.description)\n")
            throw ExitCode(2)
        } catch let error as GatewayFailure {
            Console.note("\(error.description)\n")
            throw ExitCode(2)
        }
        let text = VerificationText(report)
        Console.result(json ? try text.json() : text.text)
        guard report.outcome == .valid else { throw ExitCode(report.outcome.exitCode) }
    }

    private func verify() async throws -> CertificateReport {
        let certificate = String(decoding: try InputFile.read(file), as: UTF8.self)
        let moment = try at.map { try Date($0, strategy: .iso8601) } ?? Date()
        var source = VerificationSource()
        if let keys { try source.readKeys(keys) }
        if let gateway { try await source.fetch(from: gateway) }
        if let revocations { try source.readRevocations(revocations) }
        if let evidence { try source.readEvidence(evidence) }
        var report = source.verifier.report(on: certificate, at: moment)
        for note in source.notes { report.findings.append(note) }
        if let gateway, report.outcome == .valid, let id = report.statement?.certificate.id {
            try await report.lookUp(id, presented: certificate, at: gateway)
        }
        return report
    }
}

extension CertificateReport.Outcome {
    var exitCode: Int32 {
        switch self {
        case .valid: 0
        case .invalid: 1
        case .expired: 3
        case .revoked: 4
        case .superseded: 5
        }
    }
}

extension CertificateReport {
    /// Asks a gateway whether it issued the certificate, and whether a later verdict took its place.
    fileprivate mutating func lookUp(_ id: CertificateID, presented jws: String, at address: String) async throws {
        let client = try GatewayClient(address: address, token: nil)
        let answer: CertificateAnswer
        do {
            answer = try await client.get("/api/v1/certificates/\(id)")
        } catch let failure as GatewayFailure where failure.isNotFound {
            return notIssued("no certificate of this id was issued there.")
        }
        checked.append("issuance and later verdicts")
        guard answer.jws == jws.trimmingCharacters(in: .whitespacesAndNewlines) else {
            return notIssued("what was issued there under this id is another certificate.")
        }
        switch answer.standing {
        case "superseded":
            outcome = .superseded
            findings.insert(Finding(.superseded, "A later verdict on the same target has taken its place."), at: 0)
        case "revoked":
            outcome = .revoked
            findings.insert(Finding(.revoked, "It was revoked: \(answer.revocationReason ?? "")"), at: 0)
        default: break
        }
    }

    /// A signature alone proves that somebody had the key.
    private mutating func notIssued(_ words: String) {
        outcome = .invalid
        findings.insert(Finding(.notIssued, "The gateway knows its key, but \(words)"), at: 0)
    }
}
