import Certification
import CertificationStore
import Contracts
import Curl
import Foundation
import ModelProviders
import ServiceRuntime

extension ProcessorSettings {
    /// `PROVIDERS_FILE` names the file; `PROVIDERS` holds the same YAML itself.
    static func providers(_ settings: ServiceSettings) throws(ConfigurationFailure) -> ProvidersFile {
        guard let yaml = try settings.optionalText("PROVIDERS") else { return ProvidersFile() }
        let source = try settings.optionalText("PROVIDERS_FILE") ?? "PROVIDERS"
        do throws(FileError) {
            return try ProvidersFile(yaml: yaml, file: source)
        } catch {
            throw .providersFile(error)
        }
    }
}

extension ConfiguredProvider {
    /// How the provider is reached, with its key.
    ///
    /// - Throws: when the key cannot be had, or a URL leads to where it may not.
    func configuration(_ settings: ServiceSettings) throws(ConfigurationFailure) -> OpenAICompatibleConfiguration {
        let configuration = OpenAICompatibleConfiguration(self, apiKey: try apiKey(settings))
        for endpoint in endpoints {
            let host = URLComponents(string: endpoint.baseURL)?.encodedHost ?? ""
            guard configuration.addressPolicy.allows(host: host) else {
                throw .providersFile(
                    endpoint.place.fault(
                        "leads to a private address", cure: "If that is meant, add 'allowPrivateAddresses: true'."))
            }
        }
        return configuration
    }

    private func apiKey(_ settings: ServiceSettings) throws(ConfigurationFailure) -> String? {
        let key: String
        switch keySource {
        case nil: return nil
        case .variable(let name):
            guard let text = try settings.optionalText(name) else {
                throw keyFailure("names \(name), which is not set", cure: "Set it, or write 'enabled: false'.")
            }
            key = text
        case .file(let path):
            let text = try? String(contentsOfFile: path, encoding: .utf8)
            guard let text = text?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty else {
                throw keyFailure(
                    "names '\(path)', which cannot be read or is blank",
                    cure: "Mount it, or turn the provider off by 'enabled: false'.")
            }
            key = text
        }
        // It becomes a part of a header.
        guard key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw keyFailure(
                "leads to a key with spaces or other characters that no key has", cure: "Write the key alone.")
        }
        return key
    }

    private func keyFailure(_ problem: String, cure: String) -> ConfigurationFailure {
        .providersFile(keyPlace.fault(problem, cure: cure))
    }
}

extension ConfigurationFailure {
    fileprivate static func providersFile(_ problem: some CustomStringConvertible) -> ConfigurationFailure {
        ConfigurationFailure(key: "PROVIDERS_FILE", problem: "cannot be used:\n\(problem)")
    }
}

extension HealthCheck {
    /// Which providers can be called. One that is turned off is no trouble.
    static func providers(_ registry: ModelRegistry) -> HealthCheck {
        let configured = registry.providers.filter(\.isConfigured).map(\.id.rawValue).joined(separator: ", ")
        let others = registry.providers.filter { !$0.isConfigured }.map(\.id.rawValue).joined(separator: ", ")
        let text = others.isEmpty ? configured : "\(configured); turned off: \(others)"
        return HealthCheck("providers") { .healthy(text) }
    }
}

extension HealthCheck {
    /// Without the database the registry stays as it was.
    static func registry(_ holder: RegistryHolder) -> HealthCheck {
        HealthCheck("registry") {
            let summary = holder.state.summary(now: Date())
            return holder.state.failure.map { .degraded("\(summary); it cannot be read again: \($0)") }
                ?? .healthy(summary)
        }
    }
}
