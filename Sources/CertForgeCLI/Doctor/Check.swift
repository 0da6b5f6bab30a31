import Curl
import Postgres
import ServiceRuntime

/// One thing that the doctor looks at. It gathers facts from the surroundings and judges them; the judgement is pure.
struct Check: Sendable {
    let name: String
    private let examine: @Sendable (Surroundings) async throws -> [Finding]

    init(_ name: String, _ examine: @escaping @Sendable (Surroundings) async throws -> [Finding]) {
        self.name = name
        self.examine = examine
    }

    /// What the check finds within `limit`; a check that fails or takes longer finds that it could not be made.
    func findings(in surroundings: Surroundings, within limit: Duration) async -> [Finding] {
        let (results, continuation) = AsyncStream.makeStream(of: [Finding].self)
        // Unstructured, because a hanging database or broker must not hang the doctor: the loser of this race is
        // cancelled, and left behind if it does not heed that.
        let running = Task { continuation.yield(await outcome(in: surroundings)) }
        let timer = Task {
            try await Task.sleep(for: limit)
            continuation.yield([
                .unchecked(
                    "There was no answer within \(limit).",
                    cure: "Ask again; when it stays so, what is asked hangs or is overloaded.")
            ])
        }
        defer {
            running.cancel()
            timer.cancel()
        }
        for await findings in results { return findings }
        return []
    }

    private func outcome(in surroundings: Surroundings) async -> [Finding] {
        do {
            return try await examine(surroundings)
        } catch let failure as ConfigurationFailure {
            return [.unchecked(failure.description, cure: "Set \(failure.key) and ask again.")]
        } catch let failure as ManagementFailure {
            return [.unchecked(failure.description, cure: "See the check 'broker'.")]
        } catch let failure as PostgresError where failure.isConnectionTrouble {
            return [.unchecked("The database gives no answer.", cure: "See the check 'database'.")]
        } catch let failure as PostgresError where failure.sqlState == "42501" {
            return [
                .unchecked(
                    "The user of DATABASE_URL may not see it: \(failure.message.terminalSafe)",
                    cure: "Ask as the owner of the schema.")
            ]
        } catch {
            return [
                .unchecked("It failed: \(String(reflecting: error).terminalSafe)", cure: "Mend that and ask again.")
            ]
        }
    }
}
