import Synchronization

/// Lets one certification at a time run over which two workers died before.
///
/// Whatever runs beside a target that kills its process dies with it. By running alone among those that may be to blame,
/// the innocent ones die with it twice at most.
final class SuspectGate: Sendable {
    private let isOccupied = Atomic(false)

    /// - Returns: nil when another one is inside.
    func alone<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result? {
        guard isOccupied.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            return nil
        }
        defer { isOccupied.store(false, ordering: .releasing) }
        return try await body()
    }
}
