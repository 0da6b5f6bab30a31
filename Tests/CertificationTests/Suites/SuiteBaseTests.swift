import Certification
import Contracts
import Testing

@Suite("The base suite")
struct SuiteBaseTests {
    static let vendors: [(Vendor, [TestID])] = [
        ("anthropic", ["anthropic-system-message", "anthropic-temperature-top-p-conflict"]),
        ("cohere", ["cohere-chat-history", "cohere-preamble"]),
        ("amazon", ["amazon-text-generation", "amazon-max-tokens"]),
        ("meta", []),
    ]
    static let common: [TestID] = [
        "basic-prompt", "streaming-test", "parameter-validation", "error-handling", "availability-check",
    ]

    @Test("Each vendor gets the five common tests and its own", arguments: vendors)
    func vendorTests(vendor: Vendor, own: [TestID]) {
        #expect(Certification.Suite.base.applicable(to: vendor).tests.map(\.id) == Self.common + own)
    }

    @Test("The gate comes first, so that a dead model costs one call")
    func gateFirst() {
        #expect(Certification.Suite.base.tests.first?.isGate == true)
        #expect(Certification.Suite.base.tests.filter(\.isGate).map(\.id) == ["basic-prompt"])
    }

    @Test("A good model passes", arguments: Certification.Suite.base.tests.map(\.id))
    func goodModel(id: TestID) async throws {
        let test = try baseTest(id)
        let provider = ScriptedProvider()
        let result = await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1)
        #expect(result.outcome == .pass, "\(result.explanation)")
        #expect(provider.calls.count == test.calls.count)
        #expect(result.calls.count == test.calls.count)
    }

    @Test("A model that says nothing does not pass", arguments: Certification.Suite.base.tests.map(\.id))
    func silentModel(id: TestID) async throws {
        let test = try baseTest(id)
        let provider = ScriptedProvider { _ in .success(.sample(" \n")) }
        let result = await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1)
        #expect(result.outcome == .noAnswer)
    }

    @Test("A model that always says the same does not pass", arguments: Certification.Suite.base.tests.map(\.id))
    func parrot(id: TestID) async throws {
        let test = try baseTest(id)
        let provider = ScriptedProvider { .success(.sample("Certainly.", mode: $0.mode)) }
        let result = await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1)
        #expect(result.outcome == .fail)
    }

    @Test("A throttled model is not a failed one", arguments: Certification.Suite.base.tests.map(\.id))
    func throttledModel(id: TestID) async throws {
        let test = try baseTest(id)
        let provider = ScriptedProvider.failing(with: .throttledRequests)
        let result = await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1)
        #expect(result.outcome == .error)
        #expect(result.error?.category == .throttledRequests)
    }

    @Test("A flaw in the model shows in the test that is about it", arguments: Flaw.all)
    func flaw(_ flaw: Flaw) async throws {
        let test = try baseTest(flaw.test)
        let result = await TestExecutor(provider: ScriptedProvider(flaw.script)).run(test, on: .sample, attempt: 1)
        #expect(result.outcome == flaw.outcome, "\(result.explanation)")
        #expect(result.explanation.contains(flaw.says), "\(result.explanation)")
    }

    @Test("Refusing temperature and top-p together is recorded, and is no fault")
    func refusedSamplingParameters() async throws {
        let test = try baseTest("anthropic-temperature-top-p-conflict")
        let provider = ScriptedProvider {
            $0.request.topP == nil ? GoodModel.respond(to: $0) : .failure(.sample(.parameterUnsupported))
        }
        let result = await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1)
        #expect(result.outcome == .pass)
        #expect(result.capabilities == ["temperature": true, "temperature-with-top-p": false])
        #expect(result.calls.map(\.ending) == [.answered, .refused])
    }

    @Test("Every request has its own beginning, an explicit limit, and a user's turn first")
    func requests() async {
        let provider = ScriptedProvider()
        let executor = TestExecutor(provider: provider)
        for test in Certification.Suite.base.tests {
            _ = await executor.run(test, on: .sample, attempt: 1)
        }
        let beginnings = provider.calls.compactMap { $0.request.messages.first?.text.prefix(17) }
        #expect(Set(beginnings).count == provider.calls.count)
        #expect(provider.calls.allSatisfy { $0.request.maxTokens >= 16 && $0.request.messages.first?.role == .user })
    }

    @Test("A model that does not take a temperature is asked without one")
    func withoutTemperature() async throws {
        let provider = ScriptedProvider { call in
            guard call.request.temperature == 0.7 else { return GoodModel.respond(to: call) }
            return .failure(
                ProviderError(
                    category: .parameterUnsupported, code: "", message: "", refusedParameters: [.temperature]))
        }
        let result = await TestExecutor(provider: provider).run(
            try baseTest("parameter-validation"), on: .sample, attempt: 1)
        #expect(result.outcome == .pass, "\(result.explanation)")
        #expect(result.capabilities == [.temperature: false])
    }

    @Test("A suite can be written down and read back")
    func coding() throws {
        #expect(try roundTrip(Certification.Suite.base) == .base)
    }
}
