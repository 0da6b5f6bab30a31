import AWSWire
package import Certification
package import Contracts
package import Curl
package import Foundation

/// Asks a region of Bedrock which models and inference profiles it has.
///
/// One HTTP request per page and no retries: who asks decides what to do without an answer.
package struct BedrockControlPlane: Sendable {
    // A thousand items a page; AWS has a few hundred in all.
    private static let pageSize = 1_000
    private static let maxPages = 50

    private let engine: CurlEngine
    private let configuration: BedrockConfiguration
    private let endpoint: BedrockEndpoint
    private let now: @Sendable () -> Date

    /// Nil when the configuration has no control plane. `now` is the clock that requests are signed by.
    package init?(
        engine: CurlEngine, configuration: BedrockConfiguration, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        guard let endpoint = configuration.controlEndpoint else { return nil }
        self.engine = engine
        self.configuration = configuration
        self.endpoint = endpoint
        self.now = now
    }

    /// All foundation models that the region lists, in its order (`ListFoundationModels`, which has no pages).
    package func foundationModels(in region: Region) async throws(ProviderError) -> [BedrockModelSummary] {
        let body: FoundationModelsBody = try await get("/foundation-models", in: region)
        return (body.modelSummaries ?? []).map(BedrockModelSummary.init)
    }

    /// All inference profiles that AWS defines in the region (`ListInferenceProfiles`), page by page.
    ///
    /// - Throws: `serviceInternal` also when the pages have no end.
    package func inferenceProfiles(in region: Region) async throws(ProviderError) -> [BedrockInferenceProfile] {
        var profiles: [BedrockInferenceProfile] = []
        var token: String?
        for _ in 0..<Self.maxPages {
            var query = "maxResults=\(Self.pageSize)&type=SYSTEM_DEFINED"
            if let token { query += "&nextToken=\(URIEncoding.encode(token))" }
            let page: InferenceProfilesBody = try await get("/inference-profiles", query: query, in: region)
            profiles += (page.inferenceProfileSummaries ?? []).map(BedrockInferenceProfile.init)
            guard let next = page.nextToken, !next.isEmpty else { return profiles }
            token = next
        }
        throw ProviderError(
            category: .serviceInternal, code: "",
            message: "the list of inference profiles has more than \(Self.maxPages) pages")
    }

    /// Whether the account may call the model in the region; nil when it may not even ask, which says nothing.
    package func availability(
        of model: ModelID, in region: Region
    ) async throws(ProviderError) -> BedrockModelAvailability? {
        do throws(ProviderError) {
            let body: ModelAvailabilityBody = try await get(
                "/foundation-model-availability/\(URIEncoding.encode(model.rawValue))", in: region)
            return BedrockModelAvailability(
                agreement: body.agreementAvailability?.status ?? "", authorization: body.authorizationStatus ?? "",
                entitlement: body.entitlementAvailability ?? "", region: body.regionAvailability ?? "")
        } catch {
            if error.httpStatus == 403, error.category == .accessPolicy { return nil }
            throw error
        }
    }

    private func get<Body: Decodable>(
        _ path: String, query: String = "", in region: Region
    ) async throws(ProviderError) -> Body {
        let request = try SignedRequest(
            .get, path: path, query: query, in: region, endpoint: endpoint, credentials: configuration.credentials,
            timeouts: TransferTimeouts(connect: .seconds(3), total: .seconds(15)), at: now())
        let response: HTTPResponse
        do throws(CurlError) {
            response = try await engine.send(request.httpRequest)
        } catch {
            throw ProviderError(error)
        }
        guard response.status == 200 else {
            throw ProviderError(status: response.status, headers: response.headers, body: response.body)
        }
        do {
            return try JSONDecoder().decode(Body.self, from: response.body)
        } catch {
            throw ProviderError(
                category: .serviceInternal, code: "",
                message: "the answer of the control plane can't be read: \(error)",
                httpStatus: response.status, requestID: response.headers["x-amzn-requestid"])
        }
    }
}
