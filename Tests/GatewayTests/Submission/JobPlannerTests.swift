import Certification
import CertificationStore
import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("Planning a job")
struct JobPlannerTests {
    private let registry: ModelRegistry
    private let planner: JobPlanner

    init() throws {
        registry = try ModelRegistry.bundled()
        planner = JobPlanner(registry: registry, suites: try .bundled(), rubrics: try .bundled())
    }

    private func plan(_ json: String) throws -> JobPlan {
        try planner.plan(try JSONDecoder().decode(JobRequestBody.self, from: Data(json.utf8)))
    }

    @Test("Repeated models, aliases and regions are one target each")
    func duplicates() throws {
        let model = try #require(registry.certifiable.first { !$0.aliases.isEmpty })
        let names = ([model.id, model.id] + model.aliases).map { "\"\($0)\"" }.joined(separator: ",")
        let plan = try plan(#"{"models":[\#(names)],"regions":["us-east-1","us-east-1"]}"#)
        #expect(plan.models.map(\.model.id) == [model.id])
        #expect(plan.targets(in: registry, at: TestGateway.now).targets.count == 1)
    }

    @Test("An inference profile that is named is the target, where the region offers it")
    func profiles() throws {
        let id = "anthropic.claude-sonnet-4-5-20250929-v1:0"
        let names = ["global.\(id)", "us.\(id)", id].map { "\"\($0)\"" }.joined(separator: ",")
        let plan = try plan(#"{"models":[\#(names)],"regions":["us-east-1","eu-west-1"]}"#)
        let (targets, skipped) = plan.targets(in: registry, at: TestGateway.now)
        // The plain id and the profile of the region's own geography are one target.
        #expect(
            targets.map { "\($0.target.region) \($0.target.profile.rawValue)" } == [
                "us-east-1 global", "eu-west-1 global", "us-east-1 geographic", "eu-west-1 geographic",
            ])
        #expect(
            skipped.map(\.reason) == [
                "eu-west-1 does not offer the inference profile us.\(id): it is called as eu.\(id) there."
            ])
    }

    @Test("A request for a profile is another request than one for the model")
    func profileFingerprint() throws {
        let fingerprints = try [
            "amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0", "bedrock/us.amazon.nova-lite-v1:0",
        ]
        .map { try plan(#"{"models":["\#($0)"],"regions":["us-east-1"]}"#).fingerprint() }
        #expect(fingerprints[0] != fingerprints[1])
        #expect(fingerprints[1] == fingerprints[2])
    }

    @Test("'all' means every chat model and no other")
    func all() throws {
        let plan = try plan(#"{"all":true,"regions":["us-east-1"]}"#)
        #expect(plan.models.map(\.model) == registry.certifiable)
        #expect(plan.models.count < registry.models.count)
    }

    @Test("A vendor stands for its chat models")
    func vendors() throws {
        let plan = try plan(#"{"vendors":["amazon","anthropic","amazon"],"regions":["eu-west-1"]}"#)
        let expected = registry.certifiable.filter { ["amazon", "anthropic"].contains($0.vendor) }
        #expect(Set(plan.models.map(\.model)) == Set(expected) && plan.models.count == expected.count)
    }

    @Test("A model that was named but is no chat model becomes a target that is unsupported from the start")
    func unsupported() throws {
        let model = try #require(registry.models.first { !$0.isCertifiable })
        let targets = try plan(#"{"models":["\#(model.id)"],"regions":["us-east-1"]}"#).targets(
            in: registry, at: TestGateway.now
        ).targets
        #expect(targets.map(\.unsupported?.code) == ["NOT_A_CHAT_MODEL"])
    }

    @Test(
        "More than 100 targets go through the bulk lane unless a lane is named",
        arguments: [
            (#"{"all":true,"regions":["us-east-1"]}"#, Lane.normal),
            (#"{"all":true,"regions":["us-east-1","us-west-2"]}"#, .bulk),
            (#"{"all":true,"regions":["us-east-1","us-west-2"],"lane":"high"}"#, .high),
        ])
    func lanes(_ json: String, _ lane: Lane) throws {
        #expect(try plan(json).lane == lane)
    }

    @Test("A region whose inference profiles are not known is skipped with its reason")
    func skipped() throws {
        let json = #"""
            {"provider":"bedrock","profilePrefixes":{"us":"us"},
             "regions":[{"id":"us-east-1","name":"a"},{"id":"sa-east-1","name":"b"}],
             "models":[{"id":"x.y","vendor":"x","name":"Y","context":1,"output":1,"profile":true}]}
            """#
        let registry = try ModelRegistry(json: Data(json.utf8))
        let body = #"{"all":true,"regions":["us-east-1","sa-east-1"]}"#
        let plan = try JobPlanner(registry: registry, suites: .bundled(), rubrics: .bundled())
            .plan(try JSONDecoder().decode(JobRequestBody.self, from: Data(body.utf8)))
        let (targets, skipped) = plan.targets(in: registry, at: TestGateway.now)
        #expect(targets.map(\.target.region) == ["us-east-1"])
        #expect(skipped.map(\.region) == ["sa-east-1"])
    }

    private static let faultyBodies: [(String, [String])] = [
        (#"{}"#, ["", "/regions"]), (#"[]"#, [""]), (#"null"#, [""]), (#""all""#, [""]),
        (#"{"all":true}"#, ["/regions"]), (#"{"all":false,"regions":["us-east-1"]}"#, ["/all"]),
        (#"{"all":"yes","regions":["us-east-1"]}"#, ["/all"]), (#"{"all":true,"regions":[]}"#, ["/regions"]),
        (#"{"all":true,"regions":"us-east-1"}"#, ["/regions"]),
        (#"{"all":true,"regions":["us-east-1","mars-1"]}"#, ["/regions/1"]),
        (#"{"all":true,"vendors":["amazon"],"regions":["us-east-1"]}"#, [""]),
        (#"{"models":[],"regions":["us-east-1"]}"#, ["/models"]),
        (#"{"models":null,"regions":["us-east-1"]}"#, ["/models"]),
        (#"{"models":["no-such"],"regions":["us-east-1"]}"#, ["/models/0"]),
        (
            #"{"models":[1,"x",{"a":[]},null],"regions":["us-east-1"]}"#,
            ["/models/0", "/models/1", "/models/2", "/models/3"]
        ),
        (#"{"vendors":["nobody"],"regions":["us-east-1"]}"#, ["/vendors/0"]),
        (#"{"vendors":[],"regions":["us-east-1"]}"#, ["/vendors"]),
        (#"{"vendors":["twelvelabs"],"regions":["us-east-1"]}"#, ["/vendors/0"]),
        (#"{"all":true,"regions":["us-east-1"],"lane":"fast"}"#, ["/lane"]),
        (#"{"all":true,"regions":["us-east-1"],"lane":3}"#, ["/lane"]),
        (#"{"all":true,"regions":["us-east-1"],"suite":"deluxe"}"#, ["/suite"]),
        (#"{"all":true,"regions":["us-east-1"],"notify":["nobody"]}"#, ["/notify/0"]),
        (#"{"all":true,"regions":["us-east-1"],"notify":"a@example.com"}"#, ["/notify"]),
        (#"{"all":true,"regions":["us-east-1"],"model":"x","a/b~c":1}"#, ["/a~1b~0c", "/model"]),
        (
            #"{"models":["no-such"],"regions":["mars-1"],"lane":"x","suite":"y","notify":["z"],"w":0}"#,
            ["/lane", "/models/0", "/notify/0", "/regions/0", "/suite", "/w"]
        ),
    ]

    @Test("Each fault is found where it is", arguments: faultyBodies)
    func faults(_ json: String, _ pointers: [String]) throws {
        let found = faults { try plan(json) }
        let expected = pointers.map { Fault.Location.body($0) }
        #expect(Set(found.map(\.location)) == Set(expected))
        #expect(found.count == expected.count)
        #expect(found.allSatisfy { $0.detail.hasSuffix(".") || $0.detail.hasSuffix("?") })
    }

    @Test("An unknown model is answered with the ones that look like it")
    func suggestion() throws {
        let model = try #require(registry.certifiable.first)
        let typo = String(model.id.rawValue.dropLast(1)) + "9"
        let found = faults { try plan(#"{"models":["\#(typo)"],"regions":["us-east-1"]}"#) }
        #expect(found.first?.detail.contains("Did you mean '\(model.id)'") == true)
    }

    @Test("Every built-in suite can be asked for", arguments: ["smoke", "base", "standard", "full"])
    func suites(id: String) throws {
        let plan = try plan(#"{"all":true,"regions":["us-east-1"],"suite":"\#(id)"}"#)
        #expect(plan.suite.rawValue == id)
    }

    @Test("An unknown suite is answered with the known ones")
    func knownSuites() throws {
        let found = faults { try plan(#"{"all":true,"regions":["us-east-1"],"suite":"deluxe"}"#) }
        #expect(found.first?.detail.contains("Known: smoke, base, standard, full.") == true)
    }

    @Test("An unknown region is answered with the known ones")
    func knownRegions() throws {
        let found = faults { try plan(#"{"all":true,"regions":["mars-1"]}"#) }
        for region in registry.regions {
            #expect(found.first?.detail.contains(region.id.rawValue) == true)
        }
    }

    @Test("A job tells at most 20 addresses, each counted once")
    func addressLimit() throws {
        func body(_ count: Int) -> String {
            let addresses = (0..<count).flatMap { ["\"a\($0)@example.com\"", "\"a\($0)@EXAMPLE.com\""] }
            return #"{"all":true,"regions":["us-east-1"],"notify":[\#(addresses.joined(separator: ","))]}"#
        }
        #expect(try plan(body(20)).notify.count == 20)
        #expect(faults { try plan(body(21)) }.map(\.location) == [.body("/notify")])
    }

    @Test("A list of more than 1,000 entries is refused as a whole")
    func listLimit() throws {
        let list = Array(repeating: "\"x\"", count: 1_001).joined(separator: ",")
        let found = faults { try plan(#"{"models":[\#(list)],"regions":["us-east-1"]}"#) }
        #expect(found.map(\.location) == [.body("/models")])
    }

    @Test("What a client sent is repeated without control characters and cut short")
    func repeatedText() throws {
        let found = faults {
            try plan(#"{"models":["\u0000\u001b[31m\#(String(repeating: "x", count: 300))"],"regions":["us-east-1"]}"#)
        }
        let detail = try #require(found.first?.detail)
        #expect(detail.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(detail.count < 200)
    }

    @Test("The fingerprint of a request does not depend on order, repetition or spelling")
    func sameFingerprint() throws {
        let one = try plan(#"{"vendors":["amazon"],"regions":["us-east-1","eu-west-1"],"notify":["a@Example.com"]}"#)
        let other = try plan(
            """
            {"regions":["eu-west-1","us-east-1","us-east-1"],"suite":"base","notify":["a@example.com"],"vendors":["amazon"]}
            """)
        #expect(try one.fingerprint() == other.fingerprint())
    }

    @Test(
        "Every field of a request is part of its fingerprint",
        arguments: [
            #"{"vendors":["anthropic"],"regions":["us-east-1"]}"#, #"{"vendors":["amazon"],"regions":["us-west-2"]}"#,
            #"{"vendors":["amazon"],"regions":["us-east-1"],"lane":"normal"}"#,
            #"{"vendors":["amazon"],"regions":["us-east-1"],"notify":["a@example.com"]}"#,
        ])
    func otherFingerprint(_ json: String) throws {
        let base = try plan(#"{"vendors":["amazon"],"regions":["us-east-1"]}"#)
        #expect(try plan(json).fingerprint() != base.fingerprint())
    }

    private func faults(_ body: () throws -> JobPlan) -> [Fault] {
        do {
            _ = try body()
            Issue.record("The request was accepted")
            return []
        } catch let problem as Problem {
            #expect(problem.kind == .invalidRequest)
            return problem.faults
        } catch {
            Issue.record(error)
            return []
        }
    }
}
