/// How a simulated model misbehaves.
enum Behaviour: String, Sendable, Hashable, Codable, CaseIterable {
    case normal
    /// 429 for too many requests.
    case throttle
    /// 403: the account has no access to the model.
    case deny
    /// Never answers; the call lasts until the client goes away.
    case timeOut = "time-out"
    /// 200, some text, then an exception inside the stream. Without a stream the model is well.
    case breakStream = "break-stream"
    /// 200, some text, then the connection closes without a word. Without a stream the model is well.
    case cutStream = "cut-stream"
    /// 200 and `end_turn` without any text.
    case endEmpty = "end-empty"
    /// A stream whose chunks come ten times as slowly.
    case streamSlowly = "stream-slowly"
    /// 404: the model version has reached the end of its life.
    case endOfLife = "end-of-life"
    /// Answers that are wrong.
    case answerBadly = "answer-badly"
    /// 500.
    case failInternally = "fail-internally"
    /// 503.
    case unavailable
    /// 400 that asks for an inference profile.
    case requireProfile = "require-profile"
    /// Sends a stream's answer in one piece, when all of it is there.
    case buffer
}

extension Behaviour {
    /// The behaviour that a model is named for, as in `simulator.throttle-v1:0`; nil for any other id.
    init?(simulatorModel id: String) {
        guard let match = id.wholeMatch(of: /simulator\.([a-z-]+)-v1:0/) else { return nil }
        self.init(rawValue: String(match.1))
    }
}
