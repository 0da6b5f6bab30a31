extension AMQPChannel {
    /// Declares an exchange, or with `passive` checks that it exists.
    ///
    /// - Throws: `notFound`, `preconditionFailed` (declared otherwise before), `accessRefused`, each of which closes
    ///   the channel, or why the connection is over. So do all methods here.
    package func declareExchange(_ declaration: AMQPExchangeDeclaration) async throws(AMQPError) {
        _ = try await request(.exchangeDeclare(declaration))
    }

    /// Declares a queue, or with `passive` checks that it exists.
    package func declareQueue(_ declaration: AMQPQueueDeclaration) async throws(AMQPError) -> AMQPQueueStatus {
        guard case .queueDeclareOk(let status) = try await request(.queueDeclare(declaration)) else {
            throw Self.unexpectedReply
        }
        return status
    }

    /// Lets messages whose routing key matches go from an exchange to a queue.
    package func bindQueue(
        _ queue: String, to exchange: String, routingKey: String, arguments: AMQPTable = [:]
    ) async throws(AMQPError) {
        _ = try await request(
            .queueBind(queue: queue, exchange: exchange, routingKey: routingKey, arguments: arguments))
    }

    /// Deletes a queue with its messages; one that does not exist is fine.
    ///
    /// - Returns: how many messages it held.
    @discardableResult
    package func deleteQueue(_ name: String) async throws(AMQPError) -> Int {
        guard case .queueDeleteOk(let messageCount) = try await request(.queueDelete(name: name)) else {
            throw Self.unexpectedReply
        }
        return messageCount
    }

    /// Deletes an exchange; one that does not exist is fine.
    package func deleteExchange(_ name: String) async throws(AMQPError) {
        _ = try await request(.exchangeDelete(name: name))
    }

    /// Drops the messages of a queue that are ready for delivery.
    ///
    /// - Returns: how many they were.
    @discardableResult
    package func purgeQueue(_ name: String) async throws(AMQPError) -> Int {
        guard case .queuePurgeOk(let messageCount) = try await request(.queuePurge(name: name)) else {
            throw Self.unexpectedReply
        }
        return messageCount
    }

    /// The channel matches answers to requests by kind; another kind cannot come.
    static let unexpectedReply = AMQPError(.protocolViolation, message: "The broker answered something else.")
}
