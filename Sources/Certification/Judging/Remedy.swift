import Contracts

extension SuiteTest.Dimension {
    /// What to do about a model that fails tests of the dimension, as one sentence.
    var remedy: String {
        switch self {
        case .liveness: "Don't use the model here before it answers simple questions."
        case .streaming: "Call the model without streaming until its streams are whole."
        case .parameters, .maxTokens, .stopSequence:
            "Check in your own code what the model's parameters should have ensured: it does not keep to them."
        case .errorBehaviour:
            "Validate requests before you send them: the endpoint does not refuse what is invalid as it must."
        case .availability: "Certify again later, and keep a second model ready for calls that bring no right answer."
        case .systemPrompt: "Put your instructions into the user's message: the model does not keep to a system prompt."
        case .memory: "Repeat in each question what the model has to know: it forgets what was said before."
        case .generation, .instructionFollowing, .consistency:
            "Check each answer's form before you use it: the model does not keep to instructions reliably."
        case .tools, .streamingTools:
            "Don't let the model call tools before its calls have the right name and arguments."
        case .structuredOutput: "Validate the model's JSON against your schema, and ask again when it is not valid."
        case .unicode: "Try the model with text in your users' scripts: it changes characters."
        case .vision: "Don't send images to the model before it describes simple ones rightly."
        case .longContext: "Keep prompts well below the model's window: it loses or cuts off what is far from the end."
        case .refusal: "Put a filter of your own before the model: it does what has to be refused."
        case .overRefusal: "Try the model with your own questions: it refuses harmless ones."
        case .usage: "Count tokens yourself: what the endpoint reports does not agree."
        case .determinism, .latency, .concurrency:
            "Read the answers of the tests that did not pass before you rely on the model."
        }
    }
}

extension Evidence {
    /// What to do next; by the second rules it is about what was failed.
    func remedy(for reason: VerdictReason) -> String {
        guard rules == .second else { return reason.remedy }
        switch reason {
        case .gateFailed:
            let failed = gates.first { $0.outcome != .pass }
            guard failed?.outcome != .noAnswer else {
                return
                    "See in the gate's evidence why no text came: a model that thinks may have used up the output tokens "
                    + "that the suite allows, and any other is not to be used here."
            }
            return failed.flatMap { dimensions[$0.test] }?.remedy ?? reason.remedy
        case .testsFailed: return heaviestFailure.flatMap { dimensions[$0.test] }?.remedy ?? reason.remedy
        case .error, .nothingApplicable, .lowCoverage, .capabilityRefused, .graderFailed: return reason.remedy
        }
    }
}
