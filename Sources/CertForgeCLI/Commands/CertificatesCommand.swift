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

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let query = [
                ("limit", "\(limit)"), ("model", model), ("region", region), ("certification", certification),
                ("valid", valid ? "true" : nil),
            ].compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
            let page: CertificatePageAnswer = try await gateway.client().get(path, query: query)
            if page.certificates.isEmpty { Console.result("There are no such certificates.") }
            for certificate in page.certificates { Console.result(line(certificate)) }
            if page.next != nil { Console.result("… and more") }
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

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let answer: CertificateAnswer = try await gateway.client().get("\(path)/\(id)")
            guard !summary else { return Console.result(line(answer)) }
            guard let jws = answer.jws else {
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
            let answer: CertificateAnswer = try await gateway.client().post(
                "\(path)/\(id)/revocation", ["reason": reason])
            Console.result(line(answer))
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
        return "\(certificate.id)  \(standing.padding(to: 10))  \(rating)  \(target)  \(until)".terminalSafe
    }
}
