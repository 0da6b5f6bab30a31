import Contracts
import Hummingbird
import Logging
import Synchronization

/// What the gateway knows about a request beside the request itself.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Answers carry it as `X-Request-ID`, logs as `requestId`.
    var requestID: String
    /// The span of this request; a job that is made carries it on.
    var trace: TraceContext
    private let verified = VerifiedCaller()

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = RequestID.generate()
        trace = TraceContext()
    }

    /// Who sent the request; nil until the token was verified. Middlewares further out see it too, once they are back.
    var caller: Caller? {
        get { verified.caller.withLock { $0 } }
        nonmutating set { verified.caller.withLock { $0 = newValue } }
    }

    /// The request's logger with all that is known of the request by now.
    var log: Logger {
        var logger = logger
        logger[metadataKey: "userId"] = caller.map { "\($0.subject)" }
        return logger
    }

    /// The caller of a route behind `BearerAuthentication`.
    ///
    /// - Throws: a problem when the route was registered without it.
    func authenticatedCaller() throws(Problem) -> Caller {
        guard let caller else { throw AuthenticationFailure.missing.problem }
        return caller
    }
}

/// Shared by all copies of one request's context.
private final class VerifiedCaller: Sendable {
    let caller = Mutex<Caller?>(nil)
}
