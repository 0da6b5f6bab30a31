import Certification
import Contracts
import Foundation
import Testing

@Suite("The file of limits")
struct DownstreamQuotasTests {
    private func quotas(_ json: String) throws -> DownstreamQuotas {
        try DownstreamQuotas(json: Data(json.utf8), registry: .bundled())
    }

    private func quota(_ json: String, _ model: ModelID, _ region: Region) throws -> DownstreamQuota {
        try quotas(json).quota(of: Downstream(provider: .bedrock, model: model, region: region))
    }

    @Test("Without it each model has a quota that is marked as guessed")
    func guessed() throws {
        #expect(try quota("{}", "amazon.nova-lite-v1:0", "us-east-1") == DownstreamQuotas.guessed)
        #expect(DownstreamQuotas.guessed.isGuessed)
    }

    @Test("The most specific entry decides, limit by limit")
    func specific() throws {
        let json = """
            {"default": {"requestsPerMinute": 100, "tokensPerMinute": 1000, "concurrency": 9},
             "models": {"amazon.nova-lite-v1:0:24k": {"requestsPerMinute": 50}},
             "regions": {"us-east-1": {"default": {"concurrency": 3, "requestsPerMinute": 70},
                                       "models": {"amazon.nova-micro-v1:0": {"tokensPerMinute": null}}}}}
            """
        #expect(
            try quota(json, "amazon.nova-lite-v1:0", "us-east-1")
                == DownstreamQuota(requestsPerMinute: 50, tokensPerMinute: 1_000, concurrency: 3))
        #expect(
            try quota(json, "amazon.nova-micro-v1:0", "us-east-1")
                == DownstreamQuota(requestsPerMinute: 70, tokensPerMinute: nil, concurrency: 3))
        #expect(
            try quota(json, "amazon.nova-micro-v1:0", "eu-west-1")
                == DownstreamQuota(requestsPerMinute: 100, tokensPerMinute: 1_000, concurrency: 9))
    }

    @Test(
        "What is wrong is named with its key and the cure",
        arguments: [
            (#"{"defaults": {}}"#, "defaults", "use default, models, regions"),
            (#"{"default": {"rpm": 1}}"#, "default.rpm", "use requestsPerMinute"),
            (#"{"default": {"concurrency": 0}}"#, "default.concurrency", "or null for no limit"),
            (#"{"default": {"concurrency": "5"}}"#, "default.concurrency", "has the wrong type"),
            (#"{"models": {"amazon.nova-lite": {}}}"#, "models.amazon.nova-lite", "did you mean amazon.nova-lite-v1:0"),
            (#"{"regions": {"us-est-1": {}}}"#, "regions.us-est-1", "use one of us-east-1"),
            ("{", "", "JSON"),
        ])
    func faults(_ json: String, _ key: String, _ cure: String) {
        #expect {
            try quotas(json)
        } throws: { error in
            guard let error = error as? LimitsFileError else { return false }
            return error.key == key && error.description.contains(cure)
        }
    }
}
