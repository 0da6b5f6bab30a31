import Foundation
import LocalSystem
import Testing

extension SideBySideTests {
    private struct JobCosts: Decodable {
        struct Budget: Decodable {
            var usd: String
            var spentUsd: String
            var reservedUsd: String
            var exhaustedAt: String?
        }

        struct Cost: Decodable {
            var usd: String
        }

        var budget: Budget?
        var cost: Cost?
    }

    @Test("A job with a budget of a cent stops there though a processor is killed, keeps what it has and says so")
    func budgetOfACent() async throws {
        // A call costs a third of a mill or so, a target some three mills.
        let prices = """
            version: dear
            prices:
              - {provider: bedrock, model: "*", validFrom: 2026-12-31, input: 1, output: 1, source: later, checked: 2026-11-21}
              - {provider: bedrock, model: "*", validFrom: 2020-01-01, input: 2, output: 4, source: made up, checked: 2026-11-21}
            """
        let models = [
            "mistral.mistral-small-2402-v1:0", "meta.llama3-70b-instruct-v1:0", "amazon.nova-micro-v1:0",
            "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "ai21.jamba-1-5-mini-v1:0", "ai21.jamba-1-5-large-v1:0",
        ]
        let system = try await CertForgeSystem(
            latencyScale: 0.4, settings: ["PRICES": prices, "CERTIFICATION_CONCURRENCY": "3"])
        do {
            try await system.start("certification-processor", as: "second")
            let list = models.map { "\"\($0)\"" }.joined(separator: ",")
            let (status, body) = try await system.call(
                "POST", "/api/v1/certifications/jobs",
                body: #"{"models":[\#(list)],"regions":["us-east-1","eu-central-1","us-west-2"],"budget":"0.01","#
                    + #""notify":["ada@example.com"]}"#)
            #expect(status == 202, "\(String(decoding: body, as: UTF8.self))")
            let job = try JSONDecoder().decode(JobAnswer.self, from: body)
            try await system.halfWay(job.id)
            try system.program("second").kill()
            let ended = try await system.finished(job.id, within: .seconds(180))
            #expect(ended.status == "PARTIAL")
            #expect(ended.counts["INCONCLUSIVE", default: 0] > 0)
            #expect(ended.counts["INCONCLUSIVE", default: 0] < ended.targetCount)
            let stopped = ended.certifications?.filter { $0.status == "INCONCLUSIVE" } ?? []
            #expect(stopped.allSatisfy { $0.reasonCode == "BUDGET_EXCEEDED" })
            let costs = try JSONDecoder().decode(
                JobCosts.self, from: try await system.call("GET", "/api/v1/certifications/jobs/\(job.id)").body)
            let spent = try #require(Double(costs.budget?.spentUsd ?? ""))
            #expect(spent <= 0.01)
            #expect(spent > 0.0065)
            #expect(costs.budget?.reservedUsd == "0.00")
            #expect(costs.budget?.exhaustedAt != nil)
            #expect(costs.cost?.usd == costs.budget?.spentUsd)
            let token = try await system.token()
            let shown = try await system.command("jobs", "show", job.id, "--token", token)
            #expect(shown.contains("of $0.0100 spent; it ran out"))
            let evidence = try await system.evidence(of: job.id, recipients: 1)
            #expect(evidence.mails == 1 && evidence.doubled == 0 && evidence.unfinished == 0)
            let mail = try #require(try LocalServers().mails(containing: job.id).first)
            #expect("\(mail)".contains("it ran out"))
            let month = try await system.command("costs", "--by", "job", "--token", token)
            #expect(month.contains(job.id))
        } catch {
            await system.tearDown()
            throw error
        }
        await system.tearDown()
    }
}
