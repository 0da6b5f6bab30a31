import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@Suite("Admission by limits and breakers", .timeLimit(.minutes(3)))
struct AdmissionTests {
    private func policy(_ json: String) throws -> AdmissionPolicy {
        AdmissionPolicy(
            quotas: try DownstreamQuotas(json: Data(json.utf8), registry: .bundled()),
            registry: RegistryHolder(try .bundled()), suites: SuiteCatalog(suites: [.scripted]))
    }

    private func jobs(_ scenario: CertificationScenario, count: Int) async throws -> [CertificationRecord] {
        var records: [CertificationRecord] = []
        for _ in 0..<count { records += try await scenario.job().certifications }
        return records
    }

    /// Claims as a processor that is delivered the message which the certification waits for.
    private func claim(
        _ record: CertificationRecord, _ policy: AdmissionPolicy, _ scenario: CertificationScenario
    ) async throws -> ClaimOutcome {
        let rows = try await scenario.client.query(
            "SELECT request_id FROM certifications WHERE id = \(record.id.rawValue)")
        let id = MessageID(rawValue: try #require(try rows.first?.decode(UUID.self, "request_id")))
        return try await scenario.store.claim(
            record.id, of: try scenario.request(record, id: id), owner: scenario.owner, leaseDuration: .seconds(15),
            mayTakeSuspect: true, admission: policy, now: scenario.start)
    }

    private func makeDue(_ record: CertificationRecord, _ scenario: CertificationScenario) async throws {
        try await scenario.client.execute(
            "UPDATE certifications SET deferred_until = clock_timestamp() WHERE id = \(record.id.rawValue)")
    }

    private func observation(
        _ record: CertificationRecord, model: ModelID = "vendor.model", throttled: Bool = false,
        _ failures: Set<FailureClass> = []
    ) -> AttemptObservation {
        var target = record.target
        target.model = model
        return AttemptObservation(
            certificationID: record.id, target: target, age: 1, duration: 1, isThrottled: throttled, failures: failures)
    }

    @Test("Beyond the rate a request waits with a due time of its own, explained, and is charged once")
    func rate() async throws {
        try await CertificationScenario.run { scenario in
            // Three calls an attempt: two attempts fill the burst of five.
            let policy = try policy(#"{"default": {"requestsPerMinute": 20}}"#)
            let records = try await jobs(scenario, count: 4)
            for record in records[..<2] {
                guard case .claimed = try await claim(record, policy, scenario) else { throw Unexpected("not claimed") }
            }
            var dues: [Date] = []
            for record in records[2...] {
                guard case .deferred(let until, let because) = try await claim(record, policy, scenario) else {
                    throw Unexpected("not deferred")
                }
                #expect(because == "limit reached: requests per minute")
                dues.append(until)
            }
            #expect(abs(dues[1].timeIntervalSince(dues[0]) - 9) < 0.5)
            let waiting = try await scenario.record(records[2].id)
            #expect(waiting.status == .queued)
            #expect(waiting.attempts == 0)
            #expect(waiting.deferredBecause == "limit reached: requests per minute")
            #expect(abs(try #require(waiting.deferredUntil).timeIntervalSince(dues[0])) < 0.01)
            #expect(
                try await scenario.count(
                    "outbox JOIN certifications AS c ON c.request_id = outbox.id WHERE not_before = c.deferred_until")
                    == 2)

            // Delivered too early, it goes on waiting; delivered in time, it begins without being charged again. The due
            // time is moved away, so that no machine is too slow to come too early.
            try await scenario.client.execute(
                """
                UPDATE certifications SET deferred_until = \(dues[0])::timestamptz + interval '1 hour'
                WHERE id = \(records[2].id.rawValue)
                """)
            guard case .deferred(let again, _) = try await claim(records[2], policy, scenario) else {
                throw Unexpected("an early request was not deferred")
            }
            #expect(abs(again.timeIntervalSince(dues[0]) - 3_600) < 0.01)
            try await makeDue(records[2], scenario)
            let before = try await scenario.store.limits().downstreams[0].nextFreeAt
            guard case .claimed = try await claim(records[2], policy, scenario) else { throw Unexpected("not claimed") }
            #expect(abs(try await scenario.store.limits().downstreams[0].nextFreeAt.timeIntervalSince(before)) < 0.01)
            let running = try await scenario.record(records[2].id)
            #expect(running.deferredUntil == nil)
            #expect(running.attempts == 1)
        }
    }

    @Test("A reservation from before a cut is made anew once, and then holds")
    func reservationAfterCut() async throws {
        try await CertificationScenario.run { scenario in
            let policy = try policy(#"{"default": {"requestsPerMinute": 1}}"#)
            let records = try await jobs(scenario, count: 4)
            for record in records { _ = try await claim(record, policy, scenario) }
            _ = try await scenario.store.report([observation(records[0], throttled: true)])
            try await makeDue(records[2], scenario)
            try await makeDue(records[3], scenario)
            guard case .claimed = try await claim(records[2], policy, scenario) else { throw Unexpected("not claimed") }
            guard case .deferred = try await claim(records[3], policy, scenario) else {
                throw Unexpected("not deferred")
            }
            try await makeDue(records[3], scenario)
            guard case .claimed = try await claim(records[3], policy, scenario) else { throw Unexpected("not claimed") }
        }
    }

    @Test("A redelivery of the request that was put off is dropped: its successor is what is awaited")
    func redelivery() async throws {
        try await CertificationScenario.run { scenario in
            let policy = try policy(#"{"default": {"requestsPerMinute": 1}}"#)
            let records = try await jobs(scenario, count: 2)
            _ = try await claim(records[0], policy, scenario)
            let message = try scenario.request(records[1])
            let claim = { () async throws -> ClaimOutcome in
                try await scenario.store.claim(
                    records[1].id, of: message, owner: scenario.owner, leaseDuration: .seconds(15),
                    mayTakeSuspect: true, admission: policy,
                    now: scenario.start)
            }
            guard case .deferred = try await claim() else { throw Unexpected("not deferred") }
            guard case .superseded = try await claim() else { throw Unexpected("not dropped") }
            #expect(try await scenario.count("outbox WHERE not_before > now()") == 1)
        }
    }

    @Test("A request that comes and is put off twice has two successors, and the row awaits the later one")
    func putOffTwice() async throws {
        try await CertificationScenario.run { scenario in
            let policy = try policy(#"{"default": {"concurrency": 1}}"#)
            let records = try await jobs(scenario, count: 2)
            _ = try await claim(records[0], policy, scenario)
            let message = try scenario.request(records[1])
            var awaited: [UUID] = []
            for _ in 0..<2 {
                let outcome = try await scenario.store.claim(
                    records[1].id, of: message, owner: scenario.owner, leaseDuration: .seconds(15),
                    mayTakeSuspect: true, admission: policy, now: scenario.start)
                guard case .deferred = outcome else { throw Unexpected("not deferred: \(outcome)") }
                // The first successor has left the outbox, and its row is about to be deleted.
                let rows = try await scenario.client.query(
                    """
                    SELECT request_id, EXISTS (SELECT 1 FROM outbox WHERE outbox.id = request_id) AS is_stored
                    FROM certifications WHERE id = \(records[1].id.rawValue)
                    """)
                let row = try #require(rows.first)
                #expect(try row.decode(Bool.self, "is_stored"))
                awaited.append(try row.decode("request_id"))
                try await makeDue(records[1], scenario)
            }
            #expect(Set(awaited).count == 2)
        }
    }

    @Test("Attempts at once are counted from live leases, so that a dead worker's place is free when its lease ends")
    func concurrency() async throws {
        try await CertificationScenario.run { scenario in
            let policy = try policy(#"{"default": {"concurrency": 1}}"#)
            let records = try await jobs(scenario, count: 2)
            guard case .claimed(let first) = try await claim(records[0], policy, scenario) else {
                throw Unexpected("not claimed")
            }
            guard case .deferred(_, "limit reached: attempts at once") = try await claim(records[1], policy, scenario)
            else { throw Unexpected("not deferred") }
            try await scenario.loseWorker(of: first)
            try await makeDue(records[1], scenario)
            guard case .claimed = try await claim(records[1], policy, scenario) else { throw Unexpected("not claimed") }
            // The dead one's request comes again: it waits for a place, as queued.
            guard case .deferred = try await claim(records[0], policy, scenario) else {
                throw Unexpected("not deferred")
            }
            #expect(try await scenario.record(records[0].id).status == .queued)
        }
    }

    @Test("Many that claim at once never exceed the limit, and a cancel ends those that wait")
    func atOnce() async throws {
        try await CertificationScenario.run { scenario in
            let policy = try policy(#"{"default": {"concurrency": 5}}"#)
            let records = try await jobs(scenario, count: 40)
            let started = try await withThrowingTaskGroup(of: Bool.self) { group in
                for record in records {
                    group.addTask {
                        if case .claimed = try await claim(record, policy, scenario) { return true }
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(started == 5)
            #expect(try await scenario.store.limits().downstreams.map(\.inUse) == [5])
            for record in records { _ = try await scenario.store.cancel(record.jobID, by: "ada", now: scenario.start) }
            #expect(try await scenario.count("certifications WHERE status = 'CANCELLED'") == 35)
        }
    }

    @Test("Throttling cuts the shared limit once, whoever reports it, and successes let it grow")
    func adaptive() async throws {
        try await CertificationScenario.run { scenario in
            let records = try await jobs(scenario, count: 3)
            _ = try await claim(records[0], try policy("{}"), scenario)
            let changes = try await withThrowingTaskGroup(of: [LimitChange].self) { group in
                for record in records {
                    group.addTask { try await scenario.store.report([observation(record, throttled: true)]) }
                }
                return try await group.reduce([]) { $0 + $1 }
            }
            #expect(changes == [.cut(records[0].target.downstream, factor: 0.5)])
            #expect(try await scenario.store.limits().downstreams.map(\.factor) == [0.5])
        }
    }

    @Test("An open circuit keeps its region's targets waiting, one probes, and its success lets all go on")
    func breaker() async throws {
        try await CertificationScenario.run { scenario in
            let policy = try policy("{}")
            let records = try await jobs(scenario, count: 3)
            var changes: [LimitChange] = []
            for number in 0..<5 {
                changes += try await scenario.store.report([
                    observation(records[0], model: ModelID("m\(number % 3)"), [.server])
                ])
            }
            #expect(changes == [.opened(.bedrock, "us-east-1", .server)])
            let trouble = try #require(try await scenario.store.limits().trouble)
            #expect(trouble.hasPrefix("circuit open: bedrock us-east-1 server errors, next probe in 1"))
            guard
                case .deferred(_, "circuit open: bedrock us-east-1 server errors") = try await claim(
                    records[0], policy, scenario)
            else { throw Unexpected("not deferred") }

            // Fifteen seconds later.
            try await scenario.client.execute(
                """
                UPDATE circuit_breakers SET state = jsonb_set(
                    state, '{state,open,until}', to_jsonb(to_char(
                        clock_timestamp() AT TIME ZONE 'UTC' - interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
                """)
            try await makeDue(records[0], scenario)
            guard case .claimed(let probe) = try await claim(records[0], policy, scenario) else {
                throw Unexpected("no probe")
            }
            #expect(probe.isProbe)
            guard case .deferred = try await claim(records[1], policy, scenario) else { throw Unexpected("two probes") }
            #expect(
                try await scenario.store.report([observation(records[0])]) == [.closed(.bedrock, "us-east-1", .server)])
            guard case .claimed(let next) = try await claim(records[2], policy, scenario) else {
                throw Unexpected("the circuit did not close")
            }
            #expect(!next.isProbe)
            #expect(try await scenario.store.limits().trouble == nil)
        }
    }
}
