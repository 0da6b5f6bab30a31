package import Foundation
import Synchronization

/// The signed list of revocations for whoever asks: read and signed anew only when it would say something else. Each time one
/// row tells whether it would, so that a revocation is on the next answer of every process.
package final class SignedRevocationLists: Sendable {
    private let store: CertificationStore
    private let last = Mutex<(state: RevocationListState, list: String)?>(nil)
    private let made = Mutex(0)

    package init(store: CertificationStore) {
        self.store = store
    }

    /// How often a list was made, for tests.
    package var madeCount: Int { made.withLock { $0 } }

    /// The list as of a moment; nil when the store has no key.
    package func list(now: Date) async throws -> String? {
        // Read before the list: what is revoked in between makes the next answer a new one.
        guard let state = try await store.revocationListState(now: now) else { return nil }
        if let list = last.withLock({ $0?.state == state ? $0?.list : nil }) { return list }
        guard let list = try await store.signedRevocations(as: state) else { return nil }
        made.withLock { $0 += 1 }
        last.withLock { $0 = (state, list) }
        return list
    }
}
