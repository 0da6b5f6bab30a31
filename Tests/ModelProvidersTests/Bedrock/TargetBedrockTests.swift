import Contracts
import ModelProviders
import Testing

@Suite("Ids that Bedrock is called with")
struct TargetBedrockTests {
    private func called(_ model: ModelID, _ region: Region, _ profile: InferenceProfileKind) -> String? {
        Target(provider: .bedrock, model: model, region: region, profile: profile).bedrockModelID
    }

    @Test(
        "The prefix follows from the kind of profile and the source region",
        arguments: [
            ("us-east-1", .inRegion, "a.m-v1:0"), ("us-east-1", .geographic, "us.a.m-v1:0"),
            ("us-west-2", .geographic, "us.a.m-v1:0"), ("us-gov-west-1", .geographic, "us-gov.a.m-v1:0"),
            ("eu-west-1", .geographic, "eu.a.m-v1:0"), ("ap-southeast-2", .geographic, "apac.a.m-v1:0"),
            ("eu-west-1", .global, "global.a.m-v1:0"), ("sa-east-1", .global, "global.a.m-v1:0"),
            ("sa-east-1", .geographic, nil),
        ] as [(Region, InferenceProfileKind, String?)])
    func prefixes(region: Region, profile: InferenceProfileKind, expected: String?) {
        #expect(called("a.m-v1:0", region, profile) == expected)
    }

    @Test("An ARN, and an id that has its prefix, are called as they are")
    func complete() {
        let arn: ModelID = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.m-v1:0"
        #expect(called(arn, "us-east-1", .geographic) == arn.rawValue)
        #expect(called("us.a.m-v1:0", "us-east-1", .geographic) == "us.a.m-v1:0")
        #expect(called("global.a.m-v1:0", "us-east-1", .global) == "global.a.m-v1:0")
    }
}
