import Synchronization

/// Continuations of a check that hangs until the test lets it go.
enum HungContinuations {
    private static let kept = Mutex<[CheckedContinuation<Void, Never>]>([])

    static func keep(_ continuation: CheckedContinuation<Void, Never>) {
        kept.withLock { $0.append(continuation) }
    }

    static func release() {
        let all = kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
        for continuation in all { continuation.resume() }
    }
}
