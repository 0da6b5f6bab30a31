package import Certification
package import Contracts
package import Curl

/// How a process reaches one provider that speaks OpenAI's chat completions.
package struct OpenAICompatibleConfiguration: Sendable {
    package var id: ProviderID
    /// Without a slash at their ends, for example `https://api.openai.com/v1`.
    package var baseURLs: [Region: String]
    /// Sent as a bearer token; nil for a server that wants none.
    package var apiKey: String?
    /// Sent with each call, beside those that every call has.
    package var headers: HTTPHeaders
    package var timeouts: TransferTimeouts
    package var addressPolicy: AddressPolicy
    /// The most bytes of one answer; default 16 MiB.
    package var maxResponseBytes: Int

    package init(
        id: ProviderID, baseURLs: [Region: String], apiKey: String? = nil, headers: HTTPHeaders = HTTPHeaders(),
        timeouts: TransferTimeouts = TransferTimeouts(connect: .seconds(5), total: .seconds(120), idle: .seconds(60)),
        addressPolicy: AddressPolicy = .publicOnly, maxResponseBytes: Int = 16 * 1024 * 1024
    ) {
        self.id = id
        self.baseURLs = baseURLs
        self.apiKey = apiKey
        self.headers = headers
        self.timeouts = timeouts
        self.addressPolicy = addressPolicy
        self.maxResponseBytes = maxResponseBytes
    }

    /// A provider of the operator's file with its key.
    package init(_ provider: ConfiguredProvider, apiKey: String?) {
        self.init(
            id: provider.id,
            baseURLs: Dictionary(
                provider.endpoints.map { ($0.region.id, $0.baseURL) }, uniquingKeysWith: { first, _ in first }),
            apiKey: apiKey,
            headers: HTTPHeaders(provider.headers.map { HTTPHeaders.Field(name: $0.name, value: $0.value) }),
            timeouts: TransferTimeouts(
                connect: .seconds(provider.timeouts.connect), total: .seconds(provider.timeouts.total),
                idle: .seconds(provider.timeouts.idle)),
            addressPolicy: provider.allowsPrivateAddresses ? .any : .publicOnly)
    }
}
