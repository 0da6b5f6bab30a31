/// Asks the gateway again while it is away for a short time, as it is when it is updated.
struct Patience: Sendable {
    /// How long no answer is no reason to give up.
    var limit: Duration = .seconds(60)
    /// Between two questions.
    var pause: Duration = .seconds(1)
    /// Is told each time why there was no answer.
    var note: @Sendable (GatewayFailure) -> Void

    /// What `ask` gives, as soon as it gives anything.
    ///
    /// - Throws: the last `GatewayFailure` once it is not temporary or the limit has passed; any other error at once.
    func answer<Answer>(of ask: () async throws -> Answer) async throws -> Answer {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            do {
                return try await ask()
            } catch let failure as GatewayFailure where failure.isTemporary && clock.now + pause < deadline {
                note(failure)
            }
            try await clock.sleep(for: pause)
        }
    }
}
