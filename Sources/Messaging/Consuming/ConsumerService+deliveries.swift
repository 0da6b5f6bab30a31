import Contracts
import Logging

/// What becomes of one delivery.
extension ConsumerService {
    /// Handles and settles, in the slot that the caller has taken.
    func process(_ delivery: Delivery) async {
        let message = delivery.message
        if message.redelivered { metrics.countRedelivery() }
        let outcome: (Delivery.Settlement, ConsumerMetrics.Ending) =
            if let disposition = await disposition(of: message) {
                await settler.carryOut(disposition, of: message)
            } else {
                (.requeue, .requeued)
            }
        // Before the broker hears that there is room for another message, so that it finds a slot when it comes.
        slots.giveBack()
        await settle(delivery, outcome.0, outcome.1)
    }

    /// - Returns: nil when the message is to go back: its handler was cut off or gave it back.
    private func disposition(of message: IncomingMessage) async -> Disposition? {
        let payload: Handler.Payload
        do {
            payload = try message.payload()
        } catch {
            return .reject(error)
        }
        let start = time.now
        let result = await handlers.run { [handler, logger] in
            try await withLogger(logger.describing(message)) { _ in
                try await handler.handle(payload, of: message)
            }
        }
        metrics.recordHandling(time.now - start)
        switch result {
        case .success(let disposition):
            return disposition
        case .failure(let reason as GiveBack):
            logger.describing(message).info("The handler gives the message back", metadata: ["reason": "\(reason)"])
            await gate.stayOpen(atMost: .seconds(1), on: time)
            return nil
        case .failure(let error):
            logger.describing(message).warning("The handler failed", metadata: ["error": "\(error)"])
            return .retry(after: nil, DeadLetterCause(.attemptsExhausted, error: "\(error)"))
        case nil:
            return nil
        }
    }

    func giveBack(_ delivery: Delivery) async {
        await settle(delivery, .requeue, .requeued)
    }

    private func settle(
        _ delivery: Delivery, _ settlement: Delivery.Settlement, _ ending: ConsumerMetrics.Ending
    ) async {
        if await delivery.settle(settlement) {
            metrics.count(ending)
        } else {
            metrics.count(.lost)
            logger.describing(delivery.message).info(
                "The channel was lost before the message was settled; the broker delivers it again")
        }
    }
}
