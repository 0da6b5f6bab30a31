import Foundation
import Logging
import Testing

@testable import BedrockSimulator

@Suite("How simulated models misbehave")
struct BehaviourPlanTests {
    private let logger = Logger(label: "test")

    private func plan(_ json: String) throws -> (BehaviourPlan, URL) {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        try Data(json.utf8).write(to: file)
        return (BehaviourPlan(path: file.path, latencyScale: 1, logger: logger), file)
    }

    @Test("A model is well unless its name or the file says otherwise")
    func names() {
        let plan = BehaviourPlan(path: nil, latencyScale: 1, logger: logger)
        #expect(plan.next(model: "mistral.mistral-large-2402-v1:0", region: "us-east-1").behaviour == .normal)
        for behaviour in Behaviour.allCases {
            #expect(plan.next(model: "simulator.\(behaviour.rawValue)-v1:0", region: "x").behaviour == behaviour)
        }
    }

    @Test("A share of 0.3 is three calls of every ten")
    func share() throws {
        let (plan, file) = try plan(#"{"models":{"m":{"behaviour":"throttle","share":0.3}}}"#)
        defer { try? FileManager.default.removeItem(at: file) }
        let picked = (0..<100).filter { _ in plan.next(model: "m", region: "r").behaviour == .throttle }
        #expect(picked.count == 30)
    }

    @Test("A rule for the first calls of one region leaves the others alone")
    func first() throws {
        let (plan, file) = try plan(#"{"models":{"m":{"behaviour":"deny","first":2,"regions":["r1"]}}}"#)
        defer { try? FileManager.default.removeItem(at: file) }
        let inRegion = (0..<4).map { _ in plan.next(model: "m", region: "r1").behaviour }
        #expect(inRegion == [.deny, .deny, .normal, .normal])
        #expect(plan.next(model: "m", region: "r2").behaviour == .normal)
    }

    @Test("A quota lets a quarter of a minute's calls pass at once and the rest at its rate, in each region for itself")
    func quota() throws {
        let (plan, file) = try plan(#"{"quotas":{"m":{"requestsPerMinute":60,"regions":["r1","r2"]}}}"#)
        defer { try? FileManager.default.removeItem(at: file) }
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        let passed = { (region: String, second: Double) in
            (0..<30).filter { _ in plan.admits(model: "m", region: region, at: start.addingTimeInterval(second)) }.count
        }
        #expect(passed("r1", 0) == 15)
        #expect(passed("r1", 5) == 5)
        #expect(passed("r2", 5) == 15)
        #expect(passed("r3", 5) == 30)
        #expect(plan.admits(model: "other", region: "r1", at: start))
    }

    @Test("A changed file is read again; a broken one is passed over")
    func reload() throws {
        let (plan, file) = try plan(#"{"models":{"m":{"behaviour":"deny"}}}"#)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(plan.next(model: "m", region: "r").behaviour == .deny)
        try write("{ broken", to: file, age: -20)
        #expect(plan.next(model: "m", region: "r").behaviour == .deny)
        try write(#"{"models":{},"latencyScale":0.5}"#, to: file, age: -10)
        let next = plan.next(model: "m", region: "r")
        #expect(next.behaviour == .normal)
        #expect(next.latencyScale == 0.5)
    }

    @Test("A file that is gone has no rules any more")
    func removed() throws {
        let (plan, file) = try plan(#"{"models":{"m":{"behaviour":"deny"}}}"#)
        #expect(plan.next(model: "m", region: "r").behaviour == .deny)
        try FileManager.default.removeItem(at: file)
        #expect(plan.next(model: "m", region: "r").behaviour == .normal)
    }

    @Test(
        "What is wrong with the file is said with the key",
        arguments: [
            (#"{"models":{"a.b":{"behaviour":"thottle"}}}"#, "models.a.b.behaviour"),
            (#"{"models":{"a.b":{}}}"#, "models.a.b.behaviour"),
            (#"{"models":{"a.b":{"behaviour":"deny","share":1.5}}}"#, "models.a.b.share"),
            (#"{"models":{"a.b":{"behaviour":"deny","first":-1}}}"#, "models.a.b.first"),
            (#"{"models":{"a.b":{"behaviour":"deny","first":"2"}}}"#, "models.a.b.first"),
            (#"{"models":{"a.b":{"behaviour":"deny","shares":1}}}"#, "models.a.b.shares"),
            (#"{"model":{}}"#, "model"), (#"{"latencyScale":1e300}"#, "latencyScale"),
            (#"{"latencyScale":-1}"#, "latencyScale"), ("{ broken", ""),
        ])
    func validation(json: String, key: String) {
        let error = #expect(throws: ControlFileError.self) { try ControlFile(json: Data(json.utf8)) }
        #expect(error?.key == key)
    }

    private func write(_ text: String, to file: URL, age: TimeInterval) throws {
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes(
            [.modificationDate: Date().addingTimeInterval(age)], ofItemAtPath: file.path)
    }
}
