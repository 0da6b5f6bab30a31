import AWSWire
import Certification
import Hummingbird
import Logging
import ServiceRuntime

/// A server that speaks Bedrock's wire protocol, signatures, event streams and failures included.
@main
enum BedrockSimulator {
    static func main() async {
        await ServiceProcess(name: "bedrock-simulator", healthPort: 4_600).run { settings, logger in
            let host = try settings.text("HTTP_HOST", default: "127.0.0.1")
            let port = try settings.integer("HTTP_PORT", default: 4_599, in: 1...65_535)
            let credentials = AWSCredentials(
                accessKeyID: try settings.text("AWS_ACCESS_KEY_ID", default: "AKIDEXAMPLE"),
                secretAccessKey: try settings.text(
                    "AWS_SECRET_ACCESS_KEY", default: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                sessionToken: try settings.optionalText("AWS_SESSION_TOKEN"))
            let scale = try settings.seconds("SIMULATOR_LATENCY_SCALE", default: 1, in: 0...100)
            let catalogue = ModelCatalogue(registry: try ModelRegistry.bundled())
            let simulator = Simulator(
                verifier: SigV4Verifier(service: "bedrock") { $0 == credentials.accessKeyID ? credentials : nil },
                catalogue: catalogue,
                plan: BehaviourPlan(
                    path: try settings.optionalText("SIMULATOR_CONTROL_FILE"), latencyScale: scale / .seconds(1),
                    logger: logger, isModel: { catalogue.contains($0) || ChatEndpoint.models.contains($0) }),
                chatKey: try settings.text("SIMULATOR_OPENAI_KEY", default: "sk-simulator"), logger: logger)
            return ServiceProcess.Composition(
                services: [simulator.application(host: host, port: port)], healthChecks: [])
        }
    }
}
