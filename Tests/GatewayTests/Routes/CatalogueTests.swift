import Certification
import CertificationStore
import Contracts
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("Lists of what can be asked for and of what holds")
struct CatalogueTests {
    private struct ModelList: Decodable {
        struct Model: Decodable {
            var id: String
            var vendor: String
            var certifiable: Bool
            var unsupportedReason: String?
        }
        var models: [Model]
    }

    private struct RegionList: Decodable {
        struct Region: Decodable {
            var id: String
            var name: String
        }
        var regions: [Region]
    }

    private let gateway: TestGateway

    init() async throws {
        gateway = try await TestGateway()
    }

    @Test("All models are listed, or those that can be certified, or those that cannot")
    func models() async throws {
        let all = try await gateway.send(.get, "/api/v1/models").decode(ModelList.self).models
        let certifiable = try await gateway.send(.get, "/api/v1/models?certifiable=true").decode(ModelList.self).models
        let others = try await gateway.send(.get, "/api/v1/models?certifiable=false").decode(ModelList.self).models
        #expect(all.count == gateway.api.registry.current.models.count)
        #expect(certifiable.allSatisfy { $0.certifiable && $0.unsupportedReason == nil })
        #expect(others.allSatisfy { !$0.certifiable && $0.unsupportedReason != nil })
        #expect(certifiable.count + others.count == all.count && !others.isEmpty)
    }

    @Test("Models are filtered by vendor, and an unknown vendor is answered with the known ones")
    func vendor() async throws {
        let models = try await gateway.send(.get, "/api/v1/models?vendor=anthropic").decode(ModelList.self).models
        #expect(!models.isEmpty && models.allSatisfy { $0.vendor == "anthropic" })
        let response = try await gateway.send(.get, "/api/v1/models?vendor=nobody")
        #expect(response.status == .badRequest)
        #expect(try response.problem().details.contains("anthropic"))
    }

    @Test("Regions are listed with their names")
    func regions() async throws {
        let regions = try await gateway.send(.get, "/api/v1/regions").decode(RegionList.self).regions
        #expect(regions.map(\.id) == gateway.api.registry.current.regions.map(\.id.rawValue))
        #expect(regions.allSatisfy { !$0.name.isEmpty })
    }

    @Test("Current certifications are listed in order and filtered by model, vendor, region and status")
    func certifications() async throws {
        let job = try await gateway.submit(#"{"vendors":["amazon"],"regions":["us-east-1","eu-west-1"]}"#)
        #expect(try await certifications("").isEmpty)
        await gateway.store.finish(try #require(JobID(job.id)), as: .certified, at: TestGateway.now)
        let all = try await certifications("limit=100")
        #expect(all.count == job.targetCount)
        #expect(all == all.sorted { ($0.model, $0.region) < ($1.model, $1.region) })
        let alias = try #require(
            gateway.api.registry.current.models(vendor: "amazon").first { $0.isCertifiable && !$0.aliases.isEmpty })
        let ofAlias = try await certifications("model=\(alias.aliases[0])")
        #expect(ofAlias.map(\.model) == [alias.id.rawValue, alias.id.rawValue])
        #expect(try await certifications("model=\(alias.id)&region=eu-west-1").map(\.region) == ["eu-west-1"])
        #expect(try await certifications("vendor=anthropic").isEmpty)
        #expect(try await certifications("vendor=anthropic&model=\(alias.id)").isEmpty)
        #expect(try await certifications("vendor=amazon&limit=100") == all)
        #expect(try await certifications("status=FAILED").isEmpty)
    }

    @Test("The pages of the certifications together are all of them")
    func pages() async throws {
        let job = try await gateway.submit(#"{"vendors":["amazon"],"regions":["us-east-1"]}"#)
        await gateway.store.finish(try #require(JobID(job.id)), as: .certified, at: TestGateway.now)
        var found: [String] = []
        var next: String? = "/api/v1/certifications?limit=2&status=CERTIFIED"
        while let address = next {
            let page = try await gateway.send(.get, address).decode(CertificationPageView.self)
            found += page.certifications.map(\.id)
            next = page.next
        }
        #expect(Set(found).count == job.targetCount && found.count == job.targetCount)
    }

    @Test("One certification is shown by its id, an unknown one is not found")
    func certification() async throws {
        let job = try await gateway.submit(#"{"vendors":["amazon"],"regions":["us-east-1"]}"#)
        let shown = try await gateway.send(.get, "/api/v1/certifications/jobs/\(job.id)").decode(JobView.self)
        let id = try #require(shown.certifications?.first?.id)
        let response = try await gateway.send(.get, "/api/v1/certifications/\(id)")
        #expect(response.status == .ok)
        #expect(try response.decode(CertificationView.self) == shown.certifications?.first)
        for unknown in [job.id, "42"] {
            #expect(try await gateway.send(.get, "/api/v1/certifications/\(unknown)").status == .notFound)
        }
    }

    @Test("Statistics count jobs and certifications")
    func statistics() async throws {
        struct Statistics: Decodable {
            var jobs: [String: Int]
            var certifications: [String: Int]
            var certificationsByRegion: [String: Int]
            var unfinished: Int
        }
        let job = try await gateway.submit(#"{"vendors":["amazon"],"regions":["us-east-1"]}"#)
        let statistics = try await gateway.send(.get, "/api/v1/stats").decode(Statistics.self)
        #expect(statistics.jobs == ["QUEUED": 1])
        #expect(statistics.certifications == ["QUEUED": job.targetCount])
        #expect(statistics.certificationsByRegion == ["us-east-1": job.targetCount])
        #expect(statistics.unfinished == job.targetCount)
    }

    private func certifications(_ query: String) async throws -> [CertificationView] {
        let response = try await gateway.send(.get, "/api/v1/certifications?\(query)")
        return try response.decode(CertificationPageView.self).certifications
    }
}
