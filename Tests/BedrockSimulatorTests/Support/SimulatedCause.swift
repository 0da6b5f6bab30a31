import Certification
import Contracts
import Foundation
import ModelProviders
import Synchronization
import Testing

@testable import BedrockSimulator

/// Something that can be done with the simulator and comes to an error of one category, by the real clients.
struct SimulatedCause: Sendable {
    var category: ErrorCategory
    /// What is done, for people.
    var name: String
    /// - Returns: the category of what came of it; nil when it went well.
    var provoke: @Sendable (SimulatorScenario) async throws -> ErrorCategory?

    static let all = ErrorCauseTests.causes.map(call) + ErrorCauseTests.answers.map(answer) + others

    private static let request = ModelRequest(
        messages: [ModelMessage(role: .user, text: "Count from 1 to 9")], maxTokens: 100)

    /// A model that is named for it.
    private static func call(_ cause: ErrorCauseTests.Cause) -> SimulatedCause {
        let isStreamed = cause.isStreamed ?? false
        return SimulatedCause(
            category: cause.category,
            name: "simulator.\(cause.behaviour.rawValue)-v1:0" + (isStreamed ? ", streamed" : "")
        ) { scenario in
            let (provider, target) = (try scenario.provider(), scenario.target(cause.behaviour))
            return await thrown {
                isStreamed
                    ? try await provider.stream(request, of: target) : try await provider.complete(request, of: target)
            }
        }
    }

    /// A model whose answer is at fault, as the test's result says.
    private static func answer(_ category: ErrorCategory, _ behaviour: Behaviour) -> SimulatedCause {
        SimulatedCause(category: category, name: "simulator.\(behaviour.rawValue)-v1:0, the answer") { scenario in
            let executor = TestExecutor(provider: try scenario.provider())
            return await executor.run(test(repeats: 1), on: scenario.target(behaviour), attempt: 1).error?.category
        }
    }

    private static let others = [
        SimulatedCause(category: .timeout, name: "simulator.time-out-v1:0 and the client's clock") { scenario in
            let provider = try scenario.provider(timeout: .seconds(1))
            return await thrown { try await provider.complete(request, of: scenario.target(.timeOut)) }
        },
        SimulatedCause(category: .cancelled, name: "simulator.time-out-v1:0, cancelled in mid-call") { scenario in
            let (provider, target) = (try scenario.provider(), scenario.target(.timeOut))
            let known = scenario.simulator.calls.all[target.model.rawValue]?.calls ?? 0
            let abandoned = scenario.simulator.calls.all[target.model.rawValue]?.abandoned ?? 0
            // Unstructured, because it is the cancelled one.
            let call = Task { await thrown { try await provider.stream(request, of: target) } }
            _ = try await scenario.calls(of: target.model.rawValue) { $0.calls == known + 1 }
            call.cancel()
            let category = await call.value
            // The connection is closed: the model works no longer.
            _ = try await scenario.calls(of: target.model.rawValue) { $0.abandoned >= abandoned + 1 }
            return category
        },
        SimulatedCause(category: .budgetExceeded, name: "simulator.normal-v1:0 and a meter with a cent") { scenario in
            let meter = CentMeter()
            let target = scenario.target(.normal)
            let before = scenario.simulator.calls.all[target.model.rawValue]?.calls ?? 0
            let executor = TestExecutor(provider: try scenario.provider(), meter: meter)
            let result = await executor.run(test(repeats: 100), on: target, attempt: 1)
            let made = (scenario.simulator.calls.all[target.model.rawValue]?.calls ?? 0) - before
            // What was let through was made and paid for, and the one that was not was not made.
            #expect(made == result.calls.count && made > 1)
            #expect(meter.left >= .zero && meter.left < meter.dearestCall)
            return result.error?.category
        },
        SimulatedCause(category: .regionUnavailable, name: "a profile that the region does not list") { scenario in
            let provider = try scenario.provider(asksControlPlane: true)
            let target = Target(
                provider: .bedrock, model: "anthropic.claude-3-haiku-20240307-v1:0", region: "eu-west-1",
                profile: .global)
            return await thrown { try await provider.complete(request, of: target) }
        },
        SimulatedCause(category: .runnerConfiguration, name: "a baseURL whose path the server does not have") {
            scenario in
            await thrown {
                try await scenario.chatProvider(path: "/openai/v1/v1").complete(
                    request, of: scenario.chatTarget(.normal))
            }
        },
        SimulatedCause(category: .contentFiltered, name: "simulator.block-content-v1:0, as a chat") { scenario in
            await thrown {
                try await scenario.chatProvider().complete(request, of: scenario.chatTarget(.blockContent))
            }
        },
    ]

    private static func test(repeats: Int) -> SuiteTest {
        let call = TestCall(request: request, expectation: .answer(GraderGroup(.all, [.nonEmpty])))
        return SuiteTest(
            id: "t", name: "T", dimension: .liveness, calls: [call], repeats: repeats, timeoutSeconds: 60)
    }

    private static func thrown(_ call: () async throws -> ModelAnswer) async -> ErrorCategory? {
        do {
            _ = try await call()
            return nil
        } catch {
            return (error as? ProviderError)?.category
        }
    }
}

/// Lets calls through until a cent is spent, at a price at which that is some calls.
private final class CentMeter: CallMeter {
    private static let price = TokenPrice(
        input: Money("10") ?? .zero, output: Money("40") ?? .zero)

    private let rest = Mutex(Money("0.01") ?? .zero)
    private let dearest = Mutex(Money.zero)

    var left: Money { rest.withLock { $0 } }
    var dearestCall: Money { dearest.withLock { $0 } }

    func reserve(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> CallReservation {
        let worst = Self.price.cost(inputTokens: request.inputTokenLimit(within: nil), outputTokens: request.maxTokens)
        dearest.withLock { $0 = max($0, worst) }
        let isEnough = rest.withLock { rest in
            guard rest >= worst else { return false }
            rest = rest - worst
            return true
        }
        guard isEnough else { throw ProviderError(category: .budgetExceeded, code: "", message: "A cent is spent.") }
        return CallReservation(reserved: worst)
    }

    func settle(_ reservation: CallReservation, usage: TokenUsage?, error: ProviderError?) async -> CallCost? {
        let spent = Spending(of: reservation, price: Self.price, usage: usage, error: error)
        rest.withLock { $0 = $0 + (reservation.reserved ?? .zero) - spent.amount }
        return CallCost(amount: spent.amount, isEstimated: spent.estimatedAmount > .zero)
    }
}
