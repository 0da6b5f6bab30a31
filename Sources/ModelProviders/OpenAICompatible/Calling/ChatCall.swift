import Certification
import Contracts
import Curl
import Foundation

/// One request to `/chat/completions`.
struct ChatCall {
    let httpRequest: HTTPRequest

    /// - Throws: `regionUnavailable` when the provider has no such region.
    init(
        _ request: ModelRequest, target: Target, dialect: ChatDialect, isStreamed: Bool,
        configuration: OpenAICompatibleConfiguration
    ) throws(ProviderError) {
        guard let baseURL = configuration.baseURLs[target.region] else {
            throw ProviderError(
                category: .regionUnavailable, code: "",
                message: "the provider \(configuration.id) has no region \(target.region)")
        }
        let body = try ChatRequestBody(request, model: target.model, dialect: dialect, isStreamed: isStreamed)
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if configuration.headers["user-agent"] == nil { headers.append("User-Agent", "certforge") }
        if let key = configuration.apiKey { headers.append("Authorization", "Bearer \(key)") }
        for field in configuration.headers.fields { headers.append(field.name, field.value) }
        // Without TLS a key could be read on its way.
        let isPlainText = baseURL.lowercased().hasPrefix("http:")
        let addresses = isPlainText && configuration.addressPolicy == .any ? .privateOnly : configuration.addressPolicy
        var timeouts = configuration.timeouts
        // An answer in one piece is preceded by silence for as long as it is made.
        if !isStreamed { timeouts.idle = nil }
        httpRequest = HTTPRequest(
            method: .post, url: baseURL + "/chat/completions", headers: headers, body: try body.encoded(),
            timeouts: timeouts, maxResponseBytes: configuration.maxResponseBytes,
            addressPolicy: addresses)
    }
}
