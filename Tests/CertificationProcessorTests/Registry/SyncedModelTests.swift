import Certification
import Contracts
import ModelProviders
import Testing

@testable import CertificationProcessor

@Suite("What a region tells, as it is kept")
struct SyncedModelTests {
    private func profile(_ id: String, of model: ModelID?, isActive: Bool = true) -> BedrockInferenceProfile {
        BedrockInferenceProfile(id: id, arn: "", name: id, isActive: isActive, model: model, regions: [])
    }

    private let plain = BedrockModelSummary(
        id: "acme.plain-v1:0", name: "Plain", vendorName: "Acme", inputModalities: ["TEXT"],
        outputModalities: ["TEXT"], streams: true, inferenceTypes: ["ON_DEMAND"])

    @Test("Models come with their active profiles; one that only a profile leads to is there too")
    func joined() throws {
        let models = SyncedModel.joined(
            [plain],
            [
                profile("us.acme.plain-v1:0", of: plain.id),
                profile("eu.acme.plain-v1:0", of: plain.id, isActive: false),
                profile("global.acme.far-v1:0", of: "acme.far-v1:0"), profile("us.mixed", of: nil),
            ])
        #expect(models.map(\.id) == ["acme.plain-v1:0", "acme.far-v1:0"])
        #expect(models.map(\.profiles) == [["us.acme.plain-v1:0"], ["global.acme.far-v1:0"]])
        #expect(models.map(\.requiresInferenceProfile) == [false, true])
        #expect(models[1].streams == nil && models[1].inputModalities.isEmpty && models[1].lifecycle == nil)
    }

    @Test("Profiles that were not told are not none, and ids that no model has are left out")
    func untold() {
        var odd = plain
        odd.id = "acme/plain\u{0}"
        #expect(SyncedModel.joined([plain, odd], nil).map(\.profiles) == [nil])
        #expect(SyncedModel.joined([plain], []).map(\.profiles) == [[]])
    }
}
