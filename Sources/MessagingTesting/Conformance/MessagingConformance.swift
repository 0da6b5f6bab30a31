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

    case queueState = "a queue's state tells what is ready and who consumes, and that it is missing"
    case done = "a message that is done never comes again"
    case retryAfter = "a retry comes again as the next attempt after the wait that was asked for"
    case lastAttempt = "a retry after the last attempt becomes a dead letter with its error"
    case causes = "each cause to reject a message is named by its dead letter"
    case postpone = "a postponed message comes again as the same attempt, however often"
    case giveBack = "a message that its handler gives back comes again and was no attempt"
    case cutOff = "a handler cut off at the drain's end gives its message back and it was no attempt"
    case ghost = "a consumer that the broker left without deliveries subscribes again"
    case pause = "a closed gate gives back what was not started, and consuming resumes when it opens"

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
            case .queueState: try await bench.checkQueueState()
            case .done: try await bench.checkDone()
            case .retryAfter: try await bench.checkRetryAfter()
            case .lastAttempt: try await bench.checkLastAttempt()
            case .causes: try await bench.checkCauses()
            case .postpone: try await bench.checkPostpone()
            case .giveBack: try await bench.checkGiveBack()
            case .cutOff: try await bench.checkCutOff()
            case .ghost: try await bench.checkGhost()
            case .pause: try await bench.checkPause()
            }
        }
    }
}
