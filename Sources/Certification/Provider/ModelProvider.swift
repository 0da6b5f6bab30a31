package import Contracts

/// Calls models. The domain's only way to the outside; implemented per provider and by the tests' scripted provider.
///
/// A provider makes one call on the wire per method call: no hidden retries. Only a request whose form the server refuses
/// before it calls the model may go out once more in another form. Cancelling the task closes the connection.
package protocol ModelProvider: Sendable {
    /// Which targets it serves.
    var id: ProviderID { get }

    /// Calls the model and waits for its whole answer.
    func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer

    /// Calls the model and reads its answer as it streams in, recording when each chunk arrived.
    ///
    /// - Throws: also for an error event after HTTP 200, with the text so far in `ProviderError.partialText`.
    func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer
}
