package import Contracts

/// The operator's file of providers (`contracts/schemas/providers.schema.json`): those beyond Bedrock, and whether that is
/// used.
package struct ProvidersFile: Sendable, Hashable {
    /// In the file's order.
    package var providers: [ConfiguredProvider]
    /// Whether Bedrock is called, which then needs credentials; the targets of its models end UNSUPPORTED if not.
    package var isBedrockEnabled: Bool

    package init(providers: [ConfiguredProvider] = [], isBedrockEnabled: Bool = true) {
        self.providers = providers
        self.isBedrockEnabled = isBedrockEnabled
    }

    /// What the file adds to the registry.
    package var catalogues: [ProviderCatalogue] { providers.map(\.catalogue) }
}

/// A provider that the operator has configured.
package struct ConfiguredProvider: Sendable, Hashable {
    /// Where the API key is; it is never in the file itself.
    package enum KeySource: Sendable, Hashable {
        case variable(String)
        case file(String)
    }

    /// A region, and where it is reached.
    package struct Endpoint: Sendable, Hashable {
        package var region: RegisteredRegion
        /// `http` or `https`, without a slash at its end.
        package var baseURL: String
        /// Where the file says so.
        package var place: FilePlace
    }

    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    /// In seconds.
    package struct Timeouts: Sendable, Hashable {
        /// 0.1–60.
        package var connect = 5.0
        /// Of a whole call; 1–3,600.
        package var total = 120.0
        /// The longest silence; 1–3,600.
        package var idle = 60.0
    }

    package var id: ProviderID
    package var name: String
    /// Whether it is called; the targets of one that is not end UNSUPPORTED.
    package var isEnabled: Bool
    /// At least one.
    package var endpoints: [Endpoint]
    /// Nil for a provider that wants no key.
    package var keySource: KeySource?
    /// Where the file names the key, for the complaint about one that is missing.
    package var keyPlace: FilePlace
    /// Whether addresses of private networks and of this machine may be called.
    package var allowsPrivateAddresses: Bool
    /// Sent with each call, beside those that every call has.
    package var headers: [Header]
    package var timeouts: Timeouts
    package var models: [RegisteredModel]

    var catalogue: ProviderCatalogue {
        ProviderCatalogue(
            provider: RegisteredProvider(
                id: id, kind: .openAICompatible, name: name, regions: endpoints.map(\.region),
                isConfigured: isEnabled),
            models: models)
    }
}
