import AWSWire
import Certification
import Contracts
import Curl
import Foundation
import ModelProviders
import Testing

@testable import BedrockSimulator

/// Every category of errors has a cause that can be simulated.
// One after another: 37 servers and engines at once would wait for each other.
@Suite("Causes of errors", .timeLimit(.minutes(5)), .serialized)
struct ErrorCauseTests {
    /// What the provider makes of a behaviour.
    struct Cause: Sendable, CustomTestStringConvertible {
        var behaviour: Behaviour
        var category: ErrorCategory
        /// Nil when no HTTP answer said it.
        var status: Int?
        /// Whether it shows only, or only not, in a stream; nil for both.
        var isStreamed: Bool?

        init(_ behaviour: Behaviour, _ category: ErrorCategory, _ status: Int?, isStreamed: Bool? = nil) {
            self.behaviour = behaviour
            self.category = category
            self.status = status
            self.isStreamed = isStreamed
        }

        var testDescription: String { "\(behaviour.rawValue) → \(category.rawValue)" }
    }

    static let causes = [
        Cause(.throttle, .throttledRequests, 429), Cause(.throttleTokens, .throttledTokens, 429),
        Cause(.exhaustDay, .quotaDaily, 429), Cause(.exceedQuota, .quotaDaily, 400),
        Cause(.lackCredit, .quotaBilling, 402), Cause(.deny, .accessNotGranted, 403),
        Cause(.denyMarketplace, .accessPending, 403), Cause(.demandForm, .accessPending, 404),
        Cause(.denyByPolicy, .accessPolicy, 403), Cause(.restrictAccount, .accessPolicy, 400),
        Cause(.beUnknown, .modelNotFound, 400), Cause(.requireProfile, .inferenceProfileRequired, 400),
        Cause(.lockLegacy, .modelLegacyLocked, 404), Cause(.endOfLife, .modelEndOfLife, 404),
        Cause(.lackTools, .capabilityUnsupported, 400), Cause(.lackConverse, .capabilityUnsupported, 400),
        Cause(.refuseTemperature, .parameterUnsupported, 400), Cause(.refuseRequest, .validation, 400),
        Cause(.overflowContext, .contextLength, 400), Cause(.capTokens, .maxTokensCap, 400),
        Cause(.timeOutModel, .timeout, 408), Cause(.notReady, .notReady, 429),
        Cause(.unavailable, .serviceUnavailable, 503), Cause(.failInternally, .serviceInternal, 500),
        Cause(.failModel, .modelError, 424), Cause(.expireToken, .runnerAuthentication, 403),
        Cause(.failStrangely, .unknown, 400),
        Cause(.hangUp, .network, nil, isStreamed: false),
        Cause(.breakStream, .streamError, nil, isStreamed: true),
        Cause(.breakStreamInternally, .serviceInternal, nil, isStreamed: true),
        Cause(.breakStreamValidation, .contextLength, nil, isStreamed: true),
        Cause(.breakStreamThrottled, .throttledTokens, nil, isStreamed: true),
        Cause(.breakStreamUnavailable, .serviceUnavailable, nil, isStreamed: true),
        Cause(.cutStream, .streamError, nil, isStreamed: true), Cause(.cutMessage, .streamError, nil, isStreamed: true),
        Cause(.omitStop, .streamError, nil, isStreamed: true), Cause(.endless, .malformedOutput, nil, isStreamed: true),
    ]

    /// What is no error of the call, and what a test then makes of its answer.
    static let answers: [ErrorCategory: Behaviour] = [.emptyResponse: .endEmpty]

    private let request = ModelRequest(
        messages: [ModelMessage(role: .user, text: "Count from 1 to 9")], maxTokens: 100)

    @Test("Each behaviour is an error of its own category, streamed or not", arguments: causes)
    func cause(_ cause: Cause) async throws {
        try await SimulatorScenario.run { scenario in
            let (provider, target) = (try scenario.provider(), scenario.target(cause.behaviour))
            for isStreamed in [false, true] where cause.isStreamed ?? isStreamed == isStreamed {
                let error = await #expect(throws: ProviderError.self) {
                    _ =
                        isStreamed
                        ? try await provider.stream(request, of: target)
                        : try await provider.complete(request, of: target)
                }
                #expect(error?.category == cause.category, "\(String(describing: error))")
                #expect(error?.httpStatus == cause.status)
                #expect(error?.requestID != nil || cause.category == .network)
            }
            // Without a stream such models are well.
            if cause.isStreamed == true {
                #expect(try await provider.complete(request, of: target).stopReason == .endTurn)
            }
        }
    }

    @Test("A category that only an answer shows is that of the test's result", arguments: answers.keys)
    func answer(category: ErrorCategory) async throws {
        let behaviour = try #require(Self.answers[category])
        try await SimulatorScenario.run { scenario in
            for mode in TestCall.Mode.allCases {
                let call = TestCall(
                    mode: mode, request: request, expectation: .answer(GraderGroup(.all, [.nonEmpty])))
                let test = SuiteTest(id: "t", name: "T", dimension: .liveness, calls: [call], timeoutSeconds: 60)
                let result = await TestExecutor(provider: try scenario.provider())
                    .run(test, on: scenario.target(behaviour), attempt: 1)
                #expect(result.outcome == .noAnswer)
                #expect(result.error?.category == category)
            }
        }
    }

    @Test("Every category there is has a cause that comes to it when it is tried; the table lists them")
    func everyCategory() async throws {
        var lines: [String] = []
        try await SimulatorScenario.run { scenario in
            for category in ErrorCategory.allCases {
                let causes = SimulatedCause.all.filter { $0.category == category }
                #expect(!causes.isEmpty, "\(category) has no simulated cause")
                for cause in causes {
                    let seen = try await cause.provoke(scenario)
                    #expect(seen == category, "\(cause.name)")
                    lines.append("\(category.column) \((seen?.rawValue ?? "no error").padded(to: 28)) \(cause.name)")
                }
            }
        }
        let head = "Error category               seen                         simulated cause"
        print((["", head] + lines).joined(separator: "\n"))
    }

    @Test("What a refusal tells beyond its category comes through")
    func facts() async throws {
        try await SimulatorScenario.run { scenario in
            let provider = try scenario.provider()
            let failures = [Behaviour.capTokens, .overflowContext, .refuseTemperature].map { scenario.target($0) }
            var errors: [ProviderError?] = []
            for target in failures {
                errors.append(
                    await #expect(throws: ProviderError.self) { _ = try await provider.complete(request, of: target) })
            }
            #expect(errors.map { $0?.limit } == [16, 8_192, nil])
            #expect(errors.map { $0?.refusedParameters } == [[], [], [.temperature]])
        }
    }

    @Test("A stream that breaks has sent some text, however short the answer", arguments: [(9, "1,"), (1, "1")])
    func partialText(answer: (last: Int, partial: String)) async throws {
        try await SimulatorScenario.run { scenario in
            let request = ModelRequest(
                messages: [ModelMessage(role: .user, text: "Count from 1 to \(answer.last)")], maxTokens: 100)
            for behaviour in [Behaviour.breakStream, .breakStreamThrottled, .cutStream, .cutMessage] {
                let error = await #expect(throws: ProviderError.self) {
                    _ = try await scenario.provider().stream(request, of: scenario.target(behaviour))
                }
                #expect(error?.partialText == answer.partial)
            }
        }
    }

    @Test("A stream that never ends is left at 4 MiB")
    func endless() async throws {
        try await SimulatorScenario.run { scenario in
            let target = scenario.target(.endless)
            let error = await #expect(throws: ProviderError.self) {
                _ = try await scenario.provider(timeout: .seconds(60)).stream(request, of: target)
            }
            #expect(error?.message.contains("longer than 4 MiB") == true)
            _ = try await scenario.calls(of: target.model.rawValue) { $0.abandoned == 1 }
        }
    }
}

extension ErrorCategory {
    fileprivate var column: String { rawValue.padded(to: 28) }
}

extension String {
    fileprivate func padded(to length: Int) -> String { padding(toLength: length, withPad: " ", startingAt: 0) }
}
