import Foundation
import LocalSystem
import Testing

extension EndToEndTests {
    /// A certification as the gateway shows it; what makes a model better or worse than another, and what does not.
    private struct Certified: Decodable, Equatable {
        struct Figures: Decodable, Equatable {
            struct Coverage: Decodable, Equatable {
                var judged: Int
                var applicable: Int
            }

            var coverage: Coverage
            var quality: Double?
            var successRate: Double?
            var calls: Int
            var availability: Double?
            var throttleRate: Double?
        }

        var status: String
        var rating: Double?
        var badge: String?
        var attempts: Int
        var figures: Figures?
    }

    private struct TwinJob: Decodable {
        var certifications: [Certified]?
    }

    /// Certifies the one target with the suite `standard`, and returns it with what the simulator counted meanwhile.
    private func certified(
        _ system: CertForgeSystem, _ model: String
    ) async throws -> (Certified, calls: Int, throttled: Int) {
        let before = try await system.calls()[model] ?? [:]
        let (status, body) = try await system.call(
            "POST", "/api/v1/certifications/jobs",
            body: #"{"models":["\#(model)"],"regions":["us-east-1"],"suite":"standard","force":true}"#)
        #expect(status == 202, "\(String(decoding: body, as: UTF8.self))")
        let job = try JSONDecoder().decode(JobAnswer.self, from: body)
        let ended = try await system.finished(job.id, within: .seconds(150))
        #expect(ended.status == "COMPLETED")
        let shown = try await system.call("GET", "/api/v1/certifications/jobs/\(job.id)?figures=true").body
        let certification = try #require(
            try JSONDecoder().decode(TwinJob.self, from: shown).certifications?.first)
        let after = try await system.calls()[model] ?? [:]
        func counted(_ key: String) -> Int { (after[key] ?? 0) - (before[key] ?? 0) }
        return (certification, counted("calls"), counted("throttled"))
    }

    @Test("A model that throttles 30 % of calls is as good as its twin, and its throttle rate says 30 %")
    func throttledTwin() async throws {
        let model = "amazon.nova-lite-v1:0"
        // Without limits nothing waits for the share that a throttled downstream is cut to, which would take minutes.
        let free = #"{"default": {"requestsPerMinute": null, "tokensPerMinute": null, "concurrency": null}}"#
        let system = try await CertForgeSystem(
            latencyScale: 0.02, settings: ["LIMITS": free, "CERTIFICATION_RETRY_CAP": "0.4"])
        let (twin, throttled) = try await system.running { system in
            let twin = try await certified(system, model)
            try system.control(#"{"models": {"\#(model)": {"behaviour": "throttle", "share": 0.3}}}"#)
            return (twin, try await certified(system, model))
        }
        print("twins: \(twin)\n       \(throttled)")
        let (well, often) = (try #require(twin.0.figures), try #require(throttled.0.figures))

        #expect(twin.throttled == 0)
        #expect(well.throttleRate == 0)
        #expect(twin.0.status == "CERTIFIED")
        #expect(throttled.0.status == twin.0.status)
        #expect(twin.0.rating != nil)
        #expect(throttled.0.rating == twin.0.rating)
        #expect(throttled.0.badge == twin.0.badge)
        #expect(often.quality == well.quality)
        #expect(often.successRate == well.successRate)
        #expect(often.coverage == well.coverage)
        #expect(often.availability == 1)
        // However often it was put off: what only throttling ended is no attempt.
        #expect(throttled.0.attempts == 1)

        // Every call that the simulator saw is in the result, and no other.
        #expect(often.calls == throttled.calls)
        #expect(throttled.throttled > 20)
        let rate = try #require(often.throttleRate)
        #expect(abs(rate - Double(throttled.throttled) / Double(throttled.calls)) < 0.0005)
        #expect(abs(rate - 0.3) < 0.01)
    }
}
