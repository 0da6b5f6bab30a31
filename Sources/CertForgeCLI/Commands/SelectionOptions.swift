import ArgumentParser
import Contracts

/// What to certify, where and how.
struct SelectionOptions: ParsableArguments {
    @Option(help: "A model's id, or provider/id as 'certforge models' lists it; may be repeated.")
    var model: [String] = []

    @Option(help: "A vendor, all of whose models are certified; may be repeated.")
    var vendor: [String] = []

    @Flag(help: "Every certifiable model of the registry.")
    var all = false

    @Option(help: "A region; may be repeated.")
    var region: [String]

    @Option(help: "The lane; default: by the number of targets.")
    var lane: Lane?

    @Option(help: "The suite of tests.")
    var suite: String?

    @Option(help: "An address that is mailed the outcome; may be repeated.")
    var notify: [String] = []

    @Flag(help: "Certify anew what holds a valid certificate, too.")
    var force = false

    func validate() throws {
        guard [!model.isEmpty, !vendor.isEmpty, all].count(where: \.self) == 1 else {
            throw ValidationError("Say what to certify with exactly one of --model, --vendor and --all.")
        }
    }

    /// As the gateway takes it.
    var request: JobRequest {
        JobRequest(
            models: model.isEmpty ? nil : model, vendors: vendor.isEmpty ? nil : vendor, all: all ? true : nil,
            regions: region, lane: lane?.rawValue, suite: suite, notify: notify.isEmpty ? nil : notify,
            force: force ? true : nil)
    }
}

extension Lane: ExpressibleByArgument {}
