import ArgumentParser
import ServiceRuntime

/// The command line of CertForge's users and operators.
@main
struct CertForge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certforge",
        abstract: "Certifies AI models and looks after the services that do it.",
        discussion: """
            Commands that talk to a gateway take its address from CERTFORGE_URL (http://127.0.0.1:3000) and a token from \
            CERTFORGE_TOKEN; `certforge token` mints one for development.
            """,
        version: ServiceProcess.version,
        subcommands: [
            Certify.self, Jobs.self, Tests.self, ShowResult.self, Rate.self, History.self, Compare.self, Parity.self,
            Verify.self, CertificatesCommand.self, EvidenceCommand.self, Waiting.self, Schedules.self,
            DeadLetters.self, Models.self, Registry.self, Suites.self, Rubrics.self, Limits.self, Costs.self, Call.self,
            Keys.self, Token.self, Migrate.self, TopologyCommand.self, Doctor.self,
        ])
}
