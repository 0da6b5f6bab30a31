import Certification
import Contracts
import Foundation
import Metrics
import Postgres
import Testing

@testable import CertificationStore

@Suite("The registry as the providers tell it")
struct RegistryTests {
    private func model(
        _ id: ModelID, name: String = "Model", lifecycle: ModelLifecycle? = ModelLifecycle(status: .active),
        profiles: [String]? = nil
    ) -> SyncedModel {
        SyncedModel(
            id: id, name: name, vendor: "Vendor", inputModalities: ["TEXT"], outputModalities: ["TEXT"], streams: true,
            requiresInferenceProfile: false, profiles: profiles, lifecycle: lifecycle)
    }

    @Test("A region's first list is no change; later ones say what was added, changed and retired, with the date")
    func changes() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let sync = try await store.requestRegistrySync(by: "ada", now: scenario.start)
            func tell(_ models: [SyncedModel], after seconds: Double) async throws -> [RegistryChange] {
                try await store.storeRegistry(
                    models, of: "us-east-1", at: .bedrock, in: sync.id, now: scenario.start.addingTimeInterval(seconds))
            }
            #expect(try await tell([model("a"), model("b"), model("b")], after: 0).isEmpty)
            let later = try await tell([model("a", name: "Other"), model("c")], after: 60)
            #expect(later.map(\.kind) == [.changed, .retired, .added] && later.map(\.model) == ["a", "b", "c"])
            #expect(later[0].fields == ["name": ["Model", "Other"]])
            #expect(try await tell([model("a", name: "Other"), model("c")], after: 120).isEmpty)
            // One that comes back is added again.
            #expect(
                try await tell([model("a", name: "Other"), model("b"), model("c")], after: 180).map(\.kind) == [.added])
            let page = try await store.registryChanges(after: nil, limit: 2)
            #expect(page.count == 2 && page[0].noticedAt == scenario.start.addingTimeInterval(180))
            let rest = try await store.registryChanges(after: page[1].id, limit: 9)
            #expect(rest.count == 2 && Set(page.map(\.id) + rest.map(\.id)).count == 4)
        }
    }

    @Test("A region that does not answer keeps what it told last, visibly stale")
    func stale() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let sync = try await store.requestRegistrySync(by: "ada", now: scenario.start)
            _ = try await store.storeRegistry(
                [model("a")], of: "us-east-1", at: .bedrock, in: sync.id, now: scenario.start)
            let later = scenario.start.addingTimeInterval(60)
            try await store.noteRegistryFailure("It is away.", of: "us-east-1", at: .bedrock, now: later)
            try await store.noteRegistryFailure("It is away.", of: "eu-west-1", at: .bedrock, now: later)
            let regions = try await store.registryRegions()
            #expect(regions.map(\.region) == ["eu-west-1", "us-east-1"] && regions.map(\.models) == [0, 1])
            #expect(
                regions.map(\.syncedAt) == [nil, scenario.start] && regions.allSatisfy { $0.failure == "It is away." })
        }
    }

    @Test("One process syncs at a time, on request and when the interval is over")
    func taking() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let now = scenario.start
            let day = Duration.seconds(86_400)
            #expect(try await store.takeRegistrySync(every: .zero, now: now) == nil)
            let taken = try await withThrowingTaskGroup(of: RegistrySyncRecord?.self) { group in
                for _ in 0..<4 { group.addTask { try await store.takeRegistrySync(every: day, now: now) } }
                return try await group.reduce(into: [RegistrySyncRecord]()) { all, one in
                    if let one { all.append(one) }
                }
            }
            let planned = try #require(taken.first)
            #expect(taken.count == 1 && planned.requestedBy == "certforge")
            let asked = try await store.requestRegistrySync(by: "ada", now: now.addingTimeInterval(1))
            #expect(try await store.requestRegistrySync(by: "bob", now: now.addingTimeInterval(2)) == asked)
            #expect(try await store.takeRegistrySync(every: day, now: now.addingTimeInterval(3)) == nil)
            try await store.finishRegistrySync(planned.id, failed: false, now: now.addingTimeInterval(4))
            #expect(try await store.takeRegistrySync(every: day, now: now.addingTimeInterval(5))?.id == asked.id)
            try await store.finishRegistrySync(asked.id, failed: false, now: now.addingTimeInterval(6))
            #expect(try await store.registrySync(asked.id)?.status == .done)
            #expect(try await store.takeRegistrySync(every: day, now: now.addingTimeInterval(80_000)) == nil)
            #expect(try await store.takeRegistrySync(every: day, now: now.addingTimeInterval(90_000)) != nil)
        }
    }

    @Test("A sync that failed is repeated after pauses that double, up to the interval; a success ends that")
    func repeated() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let interval = Duration.seconds(400)
            func take(after seconds: Double) async throws -> RegistrySyncRecord? {
                try await store.takeRegistrySync(every: interval, now: scenario.start.addingTimeInterval(seconds))
            }
            var time = 0.0
            for pause in [60.0, 120, 240, 400, 400] {
                let sync = try #require(try await take(after: time))
                time += 10
                try await store.finishRegistrySync(sync.id, failed: true, now: scenario.start.addingTimeInterval(time))
                #expect(try await take(after: time + pause - 1) == nil)
                time += pause
            }
            let sync = try #require(try await take(after: time))
            try await store.finishRegistrySync(sync.id, failed: false, now: scenario.start.addingTimeInterval(time))
            #expect(try await take(after: time + 399) == nil)
            #expect(try await take(after: time + 400) != nil)
        }
    }

    @Test("A sync that was given up ends and stores nothing, whatever its owner thinks")
    func givenUp() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let first = try #require(try await store.takeRegistrySync(every: .seconds(60), now: scenario.start))
            let later = scenario.start.addingTimeInterval(700)
            #expect(try await store.takeRegistrySync(every: .seconds(60), now: later) == nil)
            #expect(try await store.registrySync(first.id)?.status == .failed)
            #expect(try await !store.finishRegistrySync(first.id, failed: false, now: later))
            #expect(try await store.registrySync(first.id)?.status == .failed)
            await #expect(throws: SyncGivenUp.self) {
                try await store.storeRegistry([model("a")], of: "us-east-1", at: .bedrock, in: first.id, now: later)
            }
            #expect(try await store.registryRegions().isEmpty)
            let second = try #require(
                try await store.takeRegistrySync(every: .seconds(60), now: later.addingTimeInterval(60)))
            #expect(try await store.finishRegistrySync(second.id, failed: false, now: later.addingTimeInterval(61)))
        }
    }

    @Test("Profiles that a region does not tell this time stay as they were")
    func keptProfiles() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let sync = try await store.requestRegistrySync(by: "ada", now: scenario.start)
            for (index, profiles) in [["us.a"], nil].enumerated() {
                let changes = try await store.storeRegistry(
                    [model("acme.a", profiles: profiles)], of: "us-east-1", at: .bedrock, in: sync.id,
                    now: scenario.start.addingTimeInterval(Double(index)))
                #expect(changes.isEmpty)
            }
            let synced = try await store.syncedRegistry(try await store.registryVersion())
            #expect(synced.lists.flatMap(\.listings).map(\.model.profiles) == [["us.a"]])
        }
    }

    @Test("A process reads again what has changed, at once when it lacks a model, and keeps it without the database")
    func held() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let holder = RegistryHolder(try .bundled(), store: store)
            #expect(try await holder.refresh())
            #expect(try await !holder.refresh())
            #expect(holder.current.model("acme.chat-v1:0") == nil && holder.state.oldest == nil)
            let sync = try await store.requestRegistrySync(by: "ada", now: scenario.start)
            _ = try await store.storeRegistry(
                [model("acme.chat-v1:0")], of: "us-east-1", at: .bedrock, in: sync.id, now: scenario.start)
            #expect(holder.current.model("acme.chat-v1:0") == nil)
            let found = await holder.current { $0.model("acme.chat-v1:0") != nil }
            #expect(found.model("acme.chat-v1:0")?.source == .synced && holder.state.oldest == scenario.start)
            // A second one that is missing is not asked for at once.
            _ = try await store.storeRegistry(
                [model("acme.chat-v1:0"), model("acme.chat-v2:0")], of: "us-east-1", at: .bedrock, in: sync.id,
                now: scenario.start.addingTimeInterval(1))
            #expect(await holder.current { $0.model("acme.chat-v2:0") != nil }.model("acme.chat-v2:0") == nil)
            #expect(try await holder.refresh())
            #expect(holder.current.model("acme.chat-v2:0") != nil)
            try await scenario.client.execute("ALTER TABLE registry_regions RENAME TO registry_away")
            await RegistryRefresh(holder, factory: NOOPMetricsHandler.instance, logger: PostgresScratch.logger)
                .round(now: scenario.start)
            #expect(holder.current.model("acme.chat-v2:0") != nil && holder.state.failure != nil)
            try await scenario.client.execute("ALTER TABLE registry_away RENAME TO registry_regions")
            #expect(try await !holder.refresh())
            #expect(holder.state.failure == nil)
            #expect(holder.state.summary(now: scenario.start.addingTimeInterval(7_201)).hasSuffix(", 2 h ago"))
        }
    }

    @Test("A model has ended on its last day, or when it is gone after it was legacy; not when it is merely missing")
    func endOfLife() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let sync = try await store.requestRegistrySync(by: "ada", now: scenario.start)
            let last = scenario.start.addingTimeInterval(100)
            let listed = [
                model("dated", lifecycle: ModelLifecycle(status: .legacy, endOfLife: last)),
                model("legacy", lifecycle: ModelLifecycle(status: .legacy)), model("active"), model("stays"),
            ]
            for (models, seconds) in [(listed, 0.0), ([listed[0], listed[3]], 50)] {
                _ = try await store.storeRegistry(
                    models, of: "us-east-1", at: .bedrock, in: sync.id, now: scenario.start.addingTimeInterval(seconds))
            }
            func end(_ id: ModelID, after seconds: Double) async throws -> Date? {
                try await store.endOfLife(
                    of: Target(provider: .bedrock, model: id, region: "us-east-1", profile: .inRegion),
                    now: scenario.start.addingTimeInterval(seconds))
            }
            #expect(try await end("dated", after: 99) == nil)
            #expect(try await end("dated", after: 100) == last)
            #expect(try await end("legacy", after: 60) == scenario.start.addingTimeInterval(50))
            #expect(try await end("active", after: 60) == nil)
            #expect(try await end("stays", after: 60) == nil)
            #expect(try await store.endingModels(limit: 10).map(\.model.id) == ["active", "dated", "legacy"])
        }
    }
}
