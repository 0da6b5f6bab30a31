import Contracts
import Foundation
import Yams

extension ProvidersFile {
    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - yaml: its text.
    ///   - source: the file's name, or that of the setting that holds the text; begins each complaint.
    /// - Throws: `ProvidersFileError` for the first thing that is wrong.
    package init(yaml: String, source: String) throws(ProvidersFileError) {
        let root = CheckedNode(try Self.root(of: yaml, source: source), source: source)
        let members = try root.members(["providers"])
        var providers: [ConfiguredProvider] = []
        for element in try members.required("providers", of: root).elements(of: "providers") {
            let provider = try ConfiguredProvider(element)
            guard !providers.contains(where: { $0.id == provider.id }) else {
                throw element.failure("names the provider '\(provider.id)' again; give each an id of its own")
            }
            providers.append(provider)
        }
        self.init(providers: providers)
    }

    private static func root(of yaml: String, source: String) throws(ProvidersFileError) -> Node {
        let start = FilePlace(source: source, line: 1, path: "")
        do throws(YAMLFault) {
            if let root = try YAMLDocument.compose(yaml) { return root }
        } catch {
            var place = start
            place.line = error.line
            place.path = error.key
            throw ProvidersFileError(place, "\(error.problem). \(error.cure)")
        }
        throw ProvidersFileError(start, "is empty; write 'providers:' and a list, or leave the setting out")
    }
}

extension ConfiguredProvider {
    fileprivate static let keys = [
        "id", "kind", "name", "enabled", "baseURL", "apiKeyVariable", "apiKeyFile", "regions", "allowPrivateAddresses",
        "headers", "timeouts", "models",
    ]

    fileprivate init(_ node: CheckedNode) throws(ProvidersFileError) {
        let members = try node.members(Self.keys)
        let id = try Self.id(members.required("id", of: node))
        let kind = try members.required("kind", of: node)
        guard try kind.text() == RegisteredProvider.Kind.openAICompatible.rawValue else {
            throw kind.failure("must be openai-compatible; Bedrock is configured by AWS_ACCESS_KEY_ID and others")
        }
        let allowsPrivate = try members["allowPrivateAddresses"]?.boolean() ?? false
        let base = try members.required("baseURL", of: node)
        let baseURL = try base.baseURL(allowsPlainText: allowsPrivate)
        let isEnabled = try members["enabled"]?.boolean() ?? true
        self.init(
            id: id, name: try members["name"]?.text() ?? id.rawValue, isEnabled: isEnabled,
            endpoints: try Self.endpoints(
                members["regions"], baseURL: baseURL, basePlace: base.place, allowsPlainText: allowsPrivate),
            keySource: try Self.keySource(members),
            keyPlace: (members["apiKeyVariable"] ?? members["apiKeyFile"] ?? node).place,
            allowsPrivateAddresses: allowsPrivate, headers: try Self.headers(members["headers"]),
            timeouts: try Self.timeouts(members["timeouts"]),
            models: try Self.models(members.required("models", of: node), of: id, isEnabled: isEnabled))
    }

    /// A provider's id becomes the first part of its models' addresses.
    private static func id(_ node: CheckedNode) throws(ProvidersFileError) -> ProviderID {
        let text = try node.text()
        guard text.wholeMatch(of: /[a-z][a-z0-9-]{0,39}/) != nil else {
            throw node.failure("must be a lower-case letter and up to 39 lower-case letters, digits and hyphens")
        }
        guard text != ProviderID.bedrock.rawValue else {
            throw node.failure("is the id of AWS Bedrock, which is always there; choose another")
        }
        return ProviderID(text)
    }

    private static func keySource(_ members: [String: CheckedNode]) throws(ProvidersFileError) -> KeySource? {
        switch (members["apiKeyVariable"], members["apiKeyFile"]) {
        case (nil, nil): return nil
        case (let variable?, nil):
            let name = try variable.text()
            guard name.wholeMatch(of: /[A-Z][A-Z0-9_]*/) != nil else {
                // Whatever it is, it may be the key itself: it is not repeated.
                throw variable.failure(
                    "must be the name of an environment variable, such as OPENAI_API_KEY; the key is never written here"
                )
            }
            return .variable(name)
        case (nil, let file?): return .file(try file.text())
        case (_, let file?): throw file.failure("stands beside 'apiKeyVariable'; keep one of the two")
        }
    }

    private static func endpoints(
        _ node: CheckedNode?, baseURL: String, basePlace: FilePlace, allowsPlainText: Bool
    ) throws(ProvidersFileError) -> [Endpoint] {
        guard let node else {
            return [Endpoint(region: RegisteredRegion(id: .global, name: "Global"), baseURL: baseURL, place: basePlace)]
        }
        var endpoints: [Endpoint] = []
        for element in try node.elements(of: "regions") {
            let members = try element.members(["id", "name", "baseURL"])
            let idNode = try members.required("id", of: element)
            let id = try idNode.text()
            guard id.wholeMatch(of: /[a-z][a-z0-9-]{0,39}/) != nil else {
                throw idNode.failure("must be a lower-case letter and up to 39 lower-case letters, digits and hyphens")
            }
            guard !endpoints.contains(where: { $0.region.id.rawValue == id }) else {
                throw idNode.failure("names the region '\(id)' again; keep one")
            }
            endpoints.append(
                Endpoint(
                    region: RegisteredRegion(id: Region(id), name: try members["name"]?.text() ?? id),
                    baseURL: try members["baseURL"]?.baseURL(allowsPlainText: allowsPlainText) ?? baseURL,
                    place: members["baseURL"]?.place ?? basePlace))
        }
        return endpoints
    }

    private static let secretHeaders = ["authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"]
    private static let framingHeaders = ["content-length", "transfer-encoding", "content-type", "host", "connection"]

    private static func headers(_ node: CheckedNode?) throws(ProvidersFileError) -> [Header] {
        guard let node else { return [] }
        var headers: [Header] = []
        for (name, value) in try node.entries() {
            guard name.wholeMatch(of: /[A-Za-z0-9!#$%&'*+.^_`|~-]+/) != nil else {
                throw value.failure("is no header's name; use letters, digits and hyphens")
            }
            guard !secretHeaders.contains(name.lowercased()) else {
                throw value.failure("is a secret; use 'apiKeyVariable' or 'apiKeyFile' for a bearer token")
            }
            guard !framingHeaders.contains(name.lowercased()) else {
                throw value.failure("is written by the client itself; remove it")
            }
            guard !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw value.failure("is there twice; keep one")
            }
            headers.append(Header(name: name, value: try value.text()))
        }
        return headers
    }

    private static func timeouts(_ node: CheckedNode?) throws(ProvidersFileError) -> Timeouts {
        var timeouts = Timeouts()
        guard let members = try node?.members(["connect", "total", "idle"]) else { return timeouts }
        if let connect = try members["connect"]?.number(in: 0.1...60) { timeouts.connect = connect }
        if let total = try members["total"]?.number(in: 1...3_600) { timeouts.total = total }
        if let idle = try members["idle"]?.number(in: 1...3_600) { timeouts.idle = idle }
        return timeouts
    }

    private static func models(
        _ node: CheckedNode, of provider: ProviderID, isEnabled: Bool
    ) throws(ProvidersFileError) -> [RegisteredModel] {
        var models: [RegisteredModel] = []
        for element in try node.elements(of: "models") {
            var model = try RegisteredModel(element, of: provider)
            model.isProviderConfigured = isEnabled
            guard !models.contains(where: { $0.id == model.id }) else {
                throw element.failure("names the model '\(model.id)' again; keep one")
            }
            models.append(model)
        }
        return models
    }
}

extension RegisteredModel {
    fileprivate init(_ node: CheckedNode, of provider: ProviderID) throws(ProvidersFileError) {
        let members = try node.members([
            "id", "vendor", "name", "context", "output", "capabilities",
        ])
        let idNode = try members.required("id", of: node)
        let id = ModelID(try idNode.text())
        guard id.isWellFormed else {
            throw idNode.failure("must be 1 to 200 printable ASCII characters without spaces")
        }
        let vendorNode = try members.required("vendor", of: node)
        let vendor = try vendorNode.text()
        guard vendor.wholeMatch(of: /[a-z0-9][a-z0-9.-]{0,39}/) != nil else {
            throw vendorNode.failure("must be up to 40 lower-case letters, digits, dots and hyphens, such as openai")
        }
        self.init(
            provider: provider, id: id, vendor: Vendor(vendor), name: try members["name"]?.text() ?? id.rawValue,
            kind: .chat, capabilities: try Self.capabilities(members["capabilities"]),
            contextWindow: try members.required("context", of: node).integer(in: 1...100_000_000),
            maxOutputTokens: try members.required("output", of: node).integer(in: 1...100_000_000),
            limitsAreGuessed: false, requiresInferenceProfile: false, aliases: [])
    }

    /// What the file does not say is what chat models commonly do: they stream, they know a system prompt and stop
    /// sequences; the rest has to be declared.
    private static func capabilities(_ node: CheckedNode?) throws(ProvidersFileError) -> Capabilities {
        let members =
            try node?.members(["streaming", "vision", "tools", "structuredOutput", "systemPrompt", "stopSequences"])
            ?? [:]
        return Capabilities(
            streaming: try members["streaming"]?.boolean() ?? true, vision: try members["vision"]?.boolean() ?? false,
            functionCalling: try members["tools"]?.boolean() ?? false,
            structuredOutput: try members["structuredOutput"]?.boolean() ?? false,
            systemPrompt: try members["systemPrompt"]?.boolean() ?? true,
            stopSequences: try members["stopSequences"]?.boolean() ?? true)
    }
}

extension CheckedNode {
    /// An absolute URL that requests can be appended to. Without TLS a key could be read on its way, so `http` is for
    /// private addresses only.
    fileprivate func baseURL(allowsPlainText: Bool) throws(ProvidersFileError) -> String {
        let text = try text()
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let components = URLComponents(string: text),
            let scheme = components.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = components.encodedHost, !host.isEmpty
        else { throw failure("must be an absolute http or https URL, such as https://api.openai.com/v1") }
        // What it holds is not repeated: it may be a password.
        guard components.user == nil, components.password == nil else {
            throw failure("has a user name or password; use 'apiKeyVariable' or 'apiKeyFile'")
        }
        guard components.query == nil, components.fragment == nil else {
            throw failure("has a query or a fragment; remove it")
        }
        guard scheme == "https" || allowsPlainText else {
            throw failure("is not https; for a server in your own network add 'allowPrivateAddresses: true'")
        }
        let url = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard !url.hasSuffix("/chat/completions") else {
            throw failure("ends with /chat/completions, which is added to it; remove that part")
        }
        return url
    }
}
