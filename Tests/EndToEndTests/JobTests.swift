import AMQP
import Curl
import Foundation
import LocalSystem
import Logging
import Postgres
import Testing

extension SideBySideTests {
    /// Runs the body with a system of its own and takes it down whatever happens.
    func withSystem(
        latencyScale: Double = 0.05, control: String = "{}", _ body: (CertForgeSystem) async throws -> Void
    ) async throws {
        let system = try await CertForgeSystem(latencyScale: latencyScale, control: control)
        do {
            try await body(system)
        } catch {
            await system.tearDown()
            throw error
        }
        await system.tearDown()
    }

    @Test("Models that misbehave are told apart, and trouble of the infrastructure is never a model's quality")
    func misbehaviour() async throws {
        let control = """
            {"models": {
              "mistral.mistral-large-2402-v1:0": {"behaviour": "deny"},
              "mistral.mistral-small-2402-v1:0": {"behaviour": "end-of-life"},
              "meta.llama3-70b-instruct-v1:0": {"behaviour": "answer-badly"},
              "cohere.command-r-v1:0": {"behaviour": "throttle"},
              "ai21.jamba-1-5-mini-v1:0": {"behaviour": "throttle", "first": 2},
              "ai21.jamba-1-5-large-v1:0": {"behaviour": "end-empty"}
            }}
            """
        try await withSystem(control: control) { system in
            let job = try await system.submit(
                models: [
                    "mistral.mistral-large-2402-v1:0", "mistral.mistral-small-2402-v1:0",
                    "meta.llama3-70b-instruct-v1:0",
                    "cohere.command-r-v1:0", "ai21.jamba-1-5-mini-v1:0", "ai21.jamba-1-5-large-v1:0",
                    "cohere.rerank-v3-5:0", "amazon.nova-lite-v1:0",
                ], regions: ["us-east-1"], notify: ["ada@example.com"])
            let ended = try await system.finished(job.id)
            let found = Dictionary(
                uniqueKeysWithValues: (ended.certifications ?? []).map { ($0.model, $0) })

            #expect(ended.status == "PARTIAL")
            #expect(found["amazon.nova-lite-v1:0"]?.status == "CERTIFIED")
            #expect(found["mistral.mistral-large-2402-v1:0"]?.status == "UNSUPPORTED")
            #expect(found["mistral.mistral-large-2402-v1:0"]?.reasonCode == "ACCESS_NOT_GRANTED")
            #expect(found["mistral.mistral-small-2402-v1:0"]?.status == "UNSUPPORTED")
            #expect(found["mistral.mistral-small-2402-v1:0"]?.reasonCode == "MODEL_EOL")
            #expect(found["meta.llama3-70b-instruct-v1:0"]?.status == "FAILED")
            #expect(found["cohere.command-r-v1:0"]?.status == "INCONCLUSIVE")
            // However often it was throttled: what only throttling ended does not count.
            #expect(found["cohere.command-r-v1:0"]?.attempts == 1)
            #expect(found["cohere.command-r-v1:0"]?.rating == nil)
            #expect(found["ai21.jamba-1-5-mini-v1:0"]?.status == "CERTIFIED")
            #expect(found["ai21.jamba-1-5-mini-v1:0"]?.attempts == 1)
            #expect(found["ai21.jamba-1-5-large-v1:0"]?.status == "FAILED")
            #expect(found["ai21.jamba-1-5-large-v1:0"]?.rating == 0)
            #expect(found["cohere.rerank-v3-5:0"]?.status == "UNSUPPORTED")
            #expect(found["cohere.rerank-v3-5:0"]?.attempts == 0)

            let evidence = try await system.evidence(of: job.id, recipients: 1)
            #expect(evidence.unfinished == 0)
            #expect(evidence.doubled == 0)
            #expect(evidence.mails == 1)
        }
    }

    @Test("A certified target has a certificate that anybody verifies, with the gateway or with files alone")
    func certificate() async throws {
        try await withSystem { system in
            let job = try await system.submit(models: ["amazon.nova-lite-v1:0"], regions: ["us-east-1"])
            let ended = try await system.finished(job.id)
            let certification = try #require(ended.certifications?.first)
            #expect(certification.status == "CERTIFIED")
            let token = try await system.token()
            let listed = try await system.command(
                "certificates", "list", "--certification", certification.id, "--token", token)
            let id = try #require(listed.split(separator: " ").first.map(String.init))
            let file = system.folder.appending(path: "certificate.jws")
            try Data(try await system.command("certificates", "show", id, "--token", token).utf8).write(to: file)
            let evidence = system.folder.appending(path: "evidence.json")
            try Data(try await system.command("evidence", certification.id, "--token", token).utf8).write(to: evidence)
            let asked = try await system.command("verify", file.path, "--gateway", system.url)
            #expect(asked.hasPrefix("VALID"))
            let keys = system.folder.appending(path: "keys.json")
            try Data(try await HTTP.get("\(system.url)/api/v1/keys").body).write(to: keys)
            // Ends with another code than 0, and so throws, when it does not verify.
            let alone = try await system.command("verify", file.path, "--keys", keys.path, "--evidence", evidence.path)
            #expect(alone.contains("certificate  \(id)"))
        }
    }

    @Test("Garbage in the request queue is dead-lettered with its cause while the next good message is processed")
    func garbage() async throws {
        try await withSystem { system in
            let connection = try await AMQPConnection.connect(
                try AMQPConfiguration(url: system.brokerURL), logger: Logger(label: "test"))
            let channel = try await connection.openChannel()
            try await channel.selectConfirms()
            var unknownVersion = AMQPProperties()
            unknownVersion.messageID = UUID().uuidString
            unknownVersion.type = "certification.requested"
            unknownVersion.headers = ["x-schema-version": 99]
            var undecodable = unknownVersion
            undecodable.headers = ["x-schema-version": 1]
            for (body, properties) in [
                ("\u{0}not JSON", undecodable), ("{}", unknownVersion), ("{}", AMQPProperties()),
            ] {
                let confirm = try await channel.publish(
                    AMQPPublication(
                        AMQPMessage(body: Data(body.utf8), properties: properties), exchange: "certforge.jobs",
                        routingKey: "certification.requested.normal"))
                #expect(confirm == .ack)
            }
            let job = try await system.submit(models: ["amazon.nova-lite-v1:0"], regions: ["us-east-1"])
            #expect(try await system.finished(job.id).status == "COMPLETED")

            // The gateway moves dead letters to its table.
            let letters = try await eventually("three dead letters", within: .seconds(60)) {
                let (_, body) = try await system.call("GET", "/api/v1/dead-letters")
                let letters = try JSONDecoder().decode(DeadLetterPage.self, from: body).deadLetters
                return letters.count == 3 ? letters : nil
            }
            #expect(letters.allSatisfy { $0.routingKey == "certification.requested.normal" })
            let causes = letters.map(\.cause)
            #expect(causes.sorted() == ["undecodable", "unknown-type", "unknown-version"])
            await connection.close()
        }
    }

    @Test("A cancelled job stops, says so in every target, and is mailed once")
    func cancel() async throws {
        try await withSystem(latencyScale: 2) { system in
            let job = try await system.submit(
                models: EndToEndTests.models, regions: ["us-east-1"], notify: ["ada@example.com"])
            _ = try await eventually("the job running", within: .seconds(60)) {
                try await system.job(job.id).status == "PROCESSING" ? true : nil
            }
            let (status, _) = try await system.call("DELETE", "/api/v1/certifications/jobs/\(job.id)")
            #expect(status == 200)
            let ended = try await system.finished(job.id, within: .seconds(60))
            #expect(ended.status == "CANCELLED")
            #expect((ended.counts["CANCELLED"] ?? 0) > 0)
            let evidence = try await system.evidence(of: job.id, recipients: 1)
            #expect(evidence.unfinished == 0)
            #expect(evidence.mails == 1)
            let (again, _) = try await system.call("DELETE", "/api/v1/certifications/jobs/\(job.id)")
            #expect(again == 200)
        }
    }

    @Test("One trace id goes from the request through every service to the mail")
    func trace() async throws {
        try await withSystem { system in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let job = try await system.submit(
                models: ["amazon.nova-lite-v1:0"], regions: ["us-east-1"], notify: ["ada@example.com"],
                headers: ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"])
            _ = try await system.finished(job.id)
            #expect(try await system.evidence(of: job.id, recipients: 1).mails == 1)
            for name in ["gateway", "certification-processor", "notifier"] {
                #expect(try system.logs(of: name).contains("\"traceId\":\"\(trace)\""), "\(name)")
            }
        }
    }

    @Test("Every error of the API is a problem document with the right status")
    func problems() async throws {
        try await withSystem { system in
            let path = "/api/v1/certifications/jobs"
            let good = #"{"models":["amazon.nova-lite-v1:0"],"regions":["us-east-1"]}"#
            let large = #"{"models":[""# + String(repeating: "x", count: 10_000_000) + #""],"regions":["us-east-1"]}"#
            let cases: [(String, Int, String, [String: String])] = [
                ("unknown model", 400, #"{"models":["nope.v1"],"regions":["us-east-1"]}"#, [:]),
                ("unknown region", 400, #"{"models":["amazon.nova-lite-v1:0"],"regions":["mars-1"]}"#, [:]),
                ("empty list", 400, #"{"models":[],"regions":["us-east-1"]}"#, [:]),
                ("10 MB body", 413, large, [:]),
                ("wrong content type", 415, good, ["Content-Type": "text/plain"]),
                ("no token", 401, good, ["Authorization": "Bearer"]),
                ("expired token", 401, good, ["Authorization": "Bearer \(try await expiredToken(system))"]),
                ("broken JSON", 400, "{", [:]),
            ]
            for (name, status, body, headers) in cases {
                let answer = try await system.call("POST", path, body: body, headers: headers)
                #expect(answer.status == status, "\(name)")
                let problem = try JSONDecoder().decode(ProblemAnswer.self, from: answer.body)
                #expect(problem.status == status, "\(name)")
                #expect(!problem.title.isEmpty && !problem.detail.isEmpty, "\(name)")
            }
            let (missing, _) = try await system.call("GET", "\(path)/01939f2e-6c00-7a11-8000-0000000000a1")
            #expect(missing == 404)
        }
    }

    private struct DeadLetterPage: Decodable {
        struct Letter: Decodable {
            var cause: String
            var routingKey: String
        }

        var deadLetters: [Letter]
    }

    private struct ProblemAnswer: Decodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
    }

    /// A token that held for one second and no longer does.
    private func expiredToken(_ system: CertForgeSystem) async throws -> String {
        let token = try await system.command("token", "--lifetime", "1").trimmingCharacters(in: .whitespacesAndNewlines)
        // The gateway allows a skew for what is not valid yet, none for what has expired.
        _ = try await eventually("the token expiring", within: .seconds(90), every: .milliseconds(500)) {
            try await HTTP.get("\(system.url)/api/v1/regions", headers: ["Authorization": "Bearer \(token)"]).status
                == 401
                ? true : nil
        }
        return token
    }
}
