import ArgumentParser
import Contracts
import Foundation

/// Looks at certificates and revokes them.
struct CertificatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificates", abstract: "List, show and revoke certificates, and get their badges.",
        subcommands: [List.self, Show.self, Revoke.self, BadgeImage.self], defaultSubcommand: List.self)

    static let path = "/api/v1/certificates"

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest certificates.")

        @Option(help: "How many, from 1 to 100.")
        var limit: Int = 20

        @Option(help: "Only those of this model.")
        var model: String?

        @Option(help: "Only those of this region.")
        var region: String?

        @Option(help: "Only the one of this certification.")
        var certification: String?

        @Flag(help: "Only those that hold now.")
        var valid = false

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            let query = [URLQueryItem]([
                "limit": "\(limit)", "model": model, "region": region, "certification": certification,
                "valid": valid ? "true" : nil,
            ])
            try await reading.show(path, query: query) { (page: CertificatePageAnswer) in
                guard !page.certificates.isEmpty else { return "There are no such certificates." }
                return (page.certificates.map(line) + (page.next == nil ? [] : ["… and more"])).joined(separator: "\n")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One certificate as it is signed, to be kept or verified.",
            discussion: "'certforge certificates show ID > certificate.jws' keeps what 'certforge verify' reads.")

        @Argument(help: "The certificate's id.")
        var id: CertificateID

        @Flag(help: "Tell in words instead.")
        var summary = false

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            let answer: GatewayAnswer<CertificateAnswer> = try await reading.gateway.client().answer("\(path)/\(id)")
            guard !reading.json else { return Console.result(answer.json) }
            guard !summary else { return Console.result(line(answer.body)) }
            guard let jws = answer.body.jws else {
                throw ValidationError("The certificate was issued without a signing key; --summary shows it in words.")
            }
            Console.result(jws.terminalSafe)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a certificate, for good.",
            discussion: "Everybody who verifies it is told the reason; who revoked it is kept in the audit trail.")

        @Argument(help: "The certificate's id.")
        var id: CertificateID

        @Option(help: "Why, in a sentence.")
        var reason: String

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            guard Console.confirm("Revoke the certificate \(id)? It cannot be undone.") else {
                return Console.result("Nothing was revoked.")
            }
            let client = try await gateway.client()
            let before: CertificateAnswer = try await client.get("\(path)/\(id)")
            let answer: CertificateAnswer = try await client.post("\(path)/\(id)/revocation", ["reason": reason])
            Console.result(line(answer))
            if before.revokedAt != nil { Console.note("It was revoked before; the first reason stays.\n") }
        }
    }

    struct BadgeImage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "badge", abstract: "A certificate's badge as SVG, on standard output.")

        @Argument(help: "The certificate's id.")
        var id: CertificateID

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let image = try await gateway.client().download("\(path)/\(id)/badge.svg")
            Console.result(String(decoding: image, as: UTF8.self).terminalSafe)
        }
    }

    static func line(_ certificate: CertificateAnswer) -> String {
        let standing = certificate.isSigned ? certificate.standing : "\(certificate.standing), unsigned"
        let until = "until \(certificate.expiresAt) (\(certificate.expiresBecause))"
        let target = "\(certificate.model)  \(certificate.region)  \(certificate.profile)"
        let rating = "\(certificate.badge) \(certificate.rating)"
        let revoked = certificate.revokedAt.map {
            "  revoked \($0): \(certificate.revocationReason ?? "no reason given")"
        }
        return "\(certificate.id)  \(standing.padding(to: 10))  \(rating)  \(target)  \(until)\(revoked ?? "")"
            .terminalSafe
    }
}
