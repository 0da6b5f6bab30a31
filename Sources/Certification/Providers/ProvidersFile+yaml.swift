import Contracts
import Foundation

extension ProvidersFile {
    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - yaml: its text.
    ///   - file: the file's name, or that of the setting that holds the text; begins each fault.
    /// - Throws: `FileError` with everything that is wrong.
    package init(yaml: String, file: String) throws(FileError) {
        self = try FileNode.read(yaml, file: file) { root in
            root.fields(["providers"], required: ["providers"])?["providers"]
                .map { ProvidersFile(providers: ProvidersFileReader().providers($0)) }
        }
    }
}

/// Makes providers of nodes; each of its functions returns nil after it has noted what is wrong.
private struct ProvidersFileReader {
    private static let providerKeys = [
        "id", "kind", "name", "enabled", "baseURL", "apiKeyVariable", "apiKeyFile", "regions", "allowPrivateAddresses",
        "headers", "timeouts", "models",
    ]

    func providers(_ node: FileNode) -> [ConfiguredProvider] {
        list(node, of: "provider").distinct(by: \.id, as: "provider") { provider($0) }
    }

    private func list(_ node: FileNode, of what: String) -> [FileNode] {
        guard let items = node.items() else { return [] }
        if items.isEmpty { node.fault("is an empty list", cure: "Name at least one \(what), or leave the key out.") }
        return items
    }

    private func provider(_ node: FileNode) -> ConfiguredProvider? {
        guard let fields = node.fields(Self.providerKeys, required: ["id", "kind", "baseURL", "models"]) else {
            return nil
        }
        let id = fields["id"].flatMap(providerID)
        fields["kind"].map(checkKind)
        let allowsPrivate = fields["allowPrivateAddresses"]?.boolean() ?? false
        let baseURL = fields["baseURL"].flatMap { self.baseURL($0, allowsPlainText: allowsPrivate) }
        let isEnabled = fields["enabled"]?.boolean() ?? true
        let name = fields["name"]?.line()
        let keySource = keySource(fields)
        let headers = fields["headers"].map(headers) ?? []
        let timeouts = timeouts(fields["timeouts"])
        let models = fields["models"].map { self.models($0, of: id, isEnabled: isEnabled) } ?? []
        let endpoints = endpoints(
            fields["regions"], baseURL: baseURL, basePlace: fields["baseURL"]?.place ?? node.place,
            allowsPlainText: allowsPrivate)
        guard let id else { return nil }
        return ConfiguredProvider(
            id: id, name: name ?? id.rawValue, isEnabled: isEnabled, endpoints: endpoints, keySource: keySource,
            keyPlace: (fields["apiKeyVariable"] ?? fields["apiKeyFile"] ?? node).place,
            allowsPrivateAddresses: allowsPrivate, headers: headers, timeouts: timeouts, models: models)
    }

    /// A provider's id becomes the first part of its models' addresses.
    private func providerID(_ node: FileNode) -> ProviderID? {
        guard let text = name(node) else { return nil }
        if text == ProviderID.bedrock.rawValue {
            node.fault("is the id of AWS Bedrock, which is always there", cure: "Choose another.")
        }
        return ProviderID(text)
    }

    /// Of a provider or region.
    private func name(_ node: FileNode) -> String? {
        node.line(
            matching: /[a-z][a-z0-9-]{0,39}/,
            form: "a lower-case letter and up to 39 lower-case letters, digits and hyphens")
    }

    private func checkKind(_ node: FileNode) {
        guard let kind = node.line(), kind != RegisteredProvider.Kind.openAICompatible.rawValue else { return }
        node.fault(
            "is not 'openai-compatible'",
            cure: "Write that; Bedrock is configured by AWS_ACCESS_KEY_ID and others, not here.")
    }

    private func keySource(_ fields: [String: FileNode]) -> ConfiguredProvider.KeySource? {
        if fields["apiKeyVariable"] != nil, let file = fields["apiKeyFile"] {
            file.fault("stands beside 'apiKeyVariable'", cure: "Keep one of the two.")
        }
        if let variable = fields["apiKeyVariable"] {
            // Whatever it is, it may be the key itself.
            return variable.line(
                matching: /[A-Z][A-Z0-9_]*/,
                form: "the name of an environment variable, such as OPENAI_API_KEY; the key is never written here"
            ).map(ConfiguredProvider.KeySource.variable)
        }
        return fields["apiKeyFile"]?.line().map(ConfiguredProvider.KeySource.file)
    }

    private func endpoints(
        _ node: FileNode?, baseURL: String?, basePlace: FilePlace, allowsPlainText: Bool
    ) -> [ConfiguredProvider.Endpoint] {
        guard let node else {
            return [
                ConfiguredProvider.Endpoint(
                    region: RegisteredRegion(id: .global, name: "Global"), baseURL: baseURL ?? "", place: basePlace)
            ]
        }
        return list(node, of: "region").distinct(by: \.region.id, as: "region") { item in
            guard let fields = item.fields(["id", "name", "baseURL"], required: ["id"]) else { return nil }
            let id = fields["id"].flatMap(name)
            let own = fields["baseURL"].flatMap { self.baseURL($0, allowsPlainText: allowsPlainText) }
            let name = fields["name"]?.line()
            return id.map { id in
                ConfiguredProvider.Endpoint(
                    region: RegisteredRegion(id: Region(id), name: name ?? id), baseURL: own ?? baseURL ?? "",
                    place: fields["baseURL"]?.place ?? basePlace)
            }
        }
    }

    private static let secretHeaders = ["authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"]
    private static let framingHeaders = ["content-length", "transfer-encoding", "content-type", "host", "connection"]

    private func headers(_ node: FileNode) -> [ConfiguredProvider.Header] {
        var headers: [ConfiguredProvider.Header] = []
        for (name, value) in node.entries() ?? [] {
            let lowercased = name.lowercased()
            if name.wholeMatch(of: /[A-Za-z0-9!#$%&'*+.^_`|~-]+/) == nil {
                value.fault("is no header's name", cure: "Use letters, digits and hyphens.")
            } else if Self.secretHeaders.contains(lowercased) {
                value.fault("is a secret", cure: "Use 'apiKeyVariable' or 'apiKeyFile' for a bearer token.")
            } else if Self.framingHeaders.contains(lowercased) {
                value.fault("is written by the client itself", cure: "Remove it.")
            } else if headers.contains(where: { $0.name.lowercased() == lowercased }) {
                value.fault("is there twice", cure: "Keep one of the two.")
            } else if let text = value.line(limit: 4_000) {
                headers.append(ConfiguredProvider.Header(name: name, value: text))
            }
        }
        return headers
    }

    private func timeouts(_ node: FileNode?) -> ConfiguredProvider.Timeouts {
        var timeouts = ConfiguredProvider.Timeouts()
        guard let fields = node?.fields(["connect", "total", "idle"]) else { return timeouts }
        if let connect = fields["connect"]?.number(in: 0.1...60) { timeouts.connect = connect }
        if let total = fields["total"]?.number(in: 1...3_600) { timeouts.total = total }
        if let idle = fields["idle"]?.number(in: 1...3_600) { timeouts.idle = idle }
        return timeouts
    }

    /// Without a provider's id, which is at fault itself, they are only checked.
    private func models(_ node: FileNode, of provider: ProviderID?, isEnabled: Bool) -> [RegisteredModel] {
        list(node, of: "model").distinct(by: \.id, as: "model") { item in
            model(item, of: provider ?? ProviderID("")).map { model in
                var model = model
                model.isProviderConfigured = isEnabled
                return model
            }
        }
    }

    private func model(_ node: FileNode, of provider: ProviderID) -> RegisteredModel? {
        let required = ["id", "vendor", "context", "output"]
        guard let fields = node.fields(required + ["name", "capabilities"], required: required) else { return nil }
        let id = fields["id"].flatMap(modelID)
        let vendor = fields["vendor"]?.line(
            matching: /[a-z0-9][a-z0-9.-]{0,39}/,
            form: "up to 40 lower-case letters, digits, dots and hyphens, such as openai")
        let name = fields["name"]?.line()
        let context = fields["context"]?.integer(in: 1...100_000_000)
        let output = fields["output"]?.integer(in: 1...100_000_000)
        let capabilities = capabilities(fields["capabilities"])
        guard let id, let vendor, let context, let output else { return nil }
        return RegisteredModel(
            provider: provider, id: id, vendor: Vendor(vendor), name: name ?? id.rawValue, kind: .chat,
            capabilities: capabilities, contextWindow: context, maxOutputTokens: output, limitsAreGuessed: false,
            requiresInferenceProfile: false, aliases: [])
    }

    private func modelID(_ node: FileNode) -> ModelID? {
        guard let text = node.text() else { return nil }
        let id = ModelID(text)
        if id.isWellFormed { return id }
        node.fault("is not 1 to 200 printable ASCII characters without spaces", cure: "Write the provider's own id.")
        return nil
    }

    /// What the file does not say: that the model streams, and that it has neither images, tools nor structured output,
    /// which some tests look into all the same. Of system prompts and stop sequences nobody says anything then.
    private func capabilities(_ node: FileNode?) -> RegisteredModel.Capabilities {
        let keys = ["streaming", "vision", "tools", "structuredOutput", "systemPrompt", "stopSequences"]
        let declared = (node?.fields(keys) ?? [:]).compactMapValues { $0.boolean() }
        return RegisteredModel.Capabilities(
            streaming: declared["streaming"] ?? true, vision: declared["vision"] ?? false,
            functionCalling: declared["tools"] ?? false, structuredOutput: declared["structuredOutput"] ?? false,
            systemPrompt: declared["systemPrompt"], stopSequences: declared["stopSequences"])
    }

    /// An absolute URL that requests can be appended to. Without TLS a key could be read on its way, so `http` is for
    /// private addresses only. What it holds is not repeated: it may be a password.
    private func baseURL(_ node: FileNode, allowsPlainText: Bool) -> String? {
        guard let text = node.line(limit: 2_000) else { return nil }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let components = URLComponents(string: text),
            let scheme = components.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = components.encodedHost, !host.isEmpty
        else {
            node.fault("is no absolute http or https URL", cure: "Write one such as https://api.openai.com/v1.")
            return nil
        }
        let url = text.hasSuffix("/") ? String(text.dropLast()) : text
        if components.user != nil || components.password != nil {
            node.fault("has a user name or password", cure: "Use 'apiKeyVariable' or 'apiKeyFile'.")
        } else if components.query != nil || components.fragment != nil {
            node.fault("has a query or a fragment", cure: "Remove it.")
        } else if scheme != "https", !allowsPlainText {
            node.fault("is not https", cure: "For a server in your own network add 'allowPrivateAddresses: true'.")
        } else if url.hasSuffix("/chat/completions") {
            node.fault("ends with /chat/completions, which is added to it", cure: "Remove that part.")
        }
        return url
    }
}

extension [FileNode] {
    /// What is made of each, with a fault at each that has the identity of one before it.
    fileprivate func distinct<Value, Identity: Hashable & CustomStringConvertible>(
        by identity: (Value) -> Identity, as what: String, _ make: (FileNode) -> Value?
    ) -> [Value] {
        var seen: Set<Identity> = []
        return compactMap { node in
            guard let value = make(node) else { return nil }
            if !seen.insert(identity(value)).inserted {
                node.fault("names the \(what) '\(identity(value))' again", cure: "Keep one of the two.")
            }
            return value
        }
    }
}
