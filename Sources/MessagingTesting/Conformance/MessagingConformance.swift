import Contracts
import Foundation
import Messaging

/// The rules that every broker adapter keeps. Each case throws a `ConformanceFailure`, or the trouble that kept it from
/// finding out.
package enum MessagingConformance: String, Sendable, CaseIterable {
    case ordering = "messages arrive in the order in which they were published"
    case confirm = "a routable message is confirmed and arrives as it was sent"
    case manyConfirms = "a thousand messages published at once are all confirmed"
    case unroutable = "an unroutable mandatory message is returned, its neighbours are not"
    case missingExchange = "a message to an exchange that does not exist is returned and publishing goes on"
    case redelivery = "what was not settled when the channel closed is delivered again and marked"
    case requeue = "a requeued message is delivered again"
    case reject = "a rejected message becomes a dead letter that names its cause"
    case garbage = "garbage becomes a dead letter and the next good message is handled"
    case retries = "a handler that throws is tried again and given up after the last attempt"
    case serverCancel = "consuming resumes after the broker has cancelled the consumer"
    case lostConnection = "a connection lost while a handler works leads to a redelivery and one effect"
    case drain = "a drain settles what runs and gives back what was not started"

    /// Runs the case against `broker`.
    package func run(on broker: any ConformanceBroker) async throws {
        try await ConformanceBench.with(broker) { bench in
            switch self {
            case .ordering: try await bench.checkOrdering()
            case .confirm: try await bench.checkConfirm()
            case .manyConfirms: try await bench.checkManyConfirms()
            case .unroutable: try await bench.checkUnroutable()
            case .missingExchange: try await bench.checkMissingExchange()
            case .redelivery: try await bench.checkRedelivery()
            case .requeue: try await bench.checkRequeue()
            case .reject: try await bench.checkReject()
            case .garbage: try await bench.checkGarbage()
            case .retries: try await bench.checkRetries()
            case .serverCancel: try await bench.checkServerCancel()
            case .lostConnection: try await bench.checkLostConnection()
            case .drain: try await bench.checkDrain()
            }
        }
    }
}
