import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Carries out what must be safe before a delivery is acknowledged: the copy that is stored, the dead letter that is
/// confirmed.
struct Settler: Sendable {
    private let publisher: any MessagePublisher
    private let scheduler: any RetryScheduler
    private let configuration: ConsumerConfiguration
    private let gate: ConsumptionGate
    private let random: SharedRandom
    private let time: Timebase
    private let logger: Logger

    init(
        publisher: any MessagePublisher, scheduler: any RetryScheduler, configuration: ConsumerConfiguration,
        gate: ConsumptionGate, random: any RandomNumberGenerator & Sendable, time: Timebase, logger: Logger
    ) {
        self.publisher = publisher
        self.scheduler = scheduler
        self.configuration = configuration
        self.gate = gate
        self.random = SharedRandom(random)
        self.time = time
        self.logger = logger
    }

    /// Tries until it has worked, or the process shuts down or the gate is closed, in which cases the delivery is to go
    /// back to the queue.
    func carryOut(
        _ disposition: Disposition, of message: IncomingMessage
    ) async -> (Delivery.Settlement, ConsumerMetrics.Ending) {
        let logger = logger.describing(message)
        let plan = random.use { generator in
            SettlementPlan(disposition, of: message, configuration: configuration, now: Date(), using: &generator)
        }
        switch plan {
        case .acknowledge:
            return (.ack, .done)
        case .schedule(let copy, let delay):
            let isStored = await untilItWorks(failing: "The message cannot be put off", logger) {
                try await scheduler.schedule(copy, after: delay)
            }
            return isStored ? (.ack, .scheduled) : (.requeue, .requeued)
        case .deadLetter(let letter):
            logger.warning("The message is given up", metadata: letter.causeMetadata)
            var settlement = Delivery.Settlement.ack
            let isSafe = await untilItWorks(failing: "The dead letter cannot be published", logger) {
                settlement = try await Self.settlement(after: publisher.publish([letter]).first ?? .connectionLost)
            }
            return isSafe ? (settlement, .deadLettered) : (.requeue, .requeued)
        }
    }

    /// A message that leaves no room for its cause is left to the broker, which dead-letters what is rejected.
    private static func settlement(after outcome: PublishOutcome) throws -> Delivery.Settlement {
        switch outcome {
        case .confirmed: .ack
        case .returned(PublishOutcome.unsendable, _): .reject
        case .returned, .nacked, .connectionLost: throw NotConfirmed(outcome: outcome)
        }
    }

    private func untilItWorks(
        failing complaint: Logger.Message, _ logger: Logger, _ body: () async throws -> Void
    ) async -> Bool {
        var backoff = Backoff(first: .milliseconds(200), cap: .seconds(5))
        while true {
            do {
                try await body()
                return true
            } catch {
                logger.log(level: backoff.failures == 0 ? .warning : .debug, complaint, metadata: ["error": "\(error)"])
            }
            guard !Task.isShuttingDownGracefully, !Task.isCancelled, gate.isOpen else { return false }
            await gate.stayOpen(atMost: random.use { backoff.next(using: &$0) }, on: time)
        }
    }
}

/// A dead letter that the broker has not confirmed.
private struct NotConfirmed: Error, CustomStringConvertible {
    let outcome: PublishOutcome

    var description: String { "not confirmed: \(outcome)" }
}

/// One source of jitter for all deliveries.
private final class SharedRandom: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    init(_ generator: any RandomNumberGenerator & Sendable) {
        self.generator = Mutex(generator)
    }

    func use<Result: Sendable>(_ body: (inout any RandomNumberGenerator & Sendable) -> Result) -> Result {
        generator.withLock { body(&$0) }
    }
}

extension OutgoingMessage {
    fileprivate var causeMetadata: Logger.Metadata {
        [
            "cause": "\(extraHeaders[MessageHeader.cause] ?? "")",
            "error": "\(extraHeaders[MessageHeader.error] ?? "")",
        ]
    }
}

extension Timebase {
    /// Waits for `duration`, or until the process shuts down or the task is cancelled.
    func pauseUnlessShuttingDown(for duration: Duration) async {
        // Ending early is no failure: the caller looks whether the process shuts down.
        try? await cancelWhenGracefulShutdown { try await self.sleep(for: duration) }
    }
}

extension Logger {
    /// This logger with what identifies `message`.
    func describing(_ message: IncomingMessage) -> Logger {
        var logger = self
        logger[metadataKey: "messageId"] = message.id.map { "\($0)" }
        logger[metadataKey: "jobId"] = message.correlationID.map { "\($0)" }
        logger[metadataKey: "traceId"] = message.trace.map { "\($0.traceID)" }
        return logger
    }
}
