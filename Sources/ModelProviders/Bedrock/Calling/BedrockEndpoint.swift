import Contracts
import Foundation

/// Where one of Bedrock's services is: AWS's endpoint of the target's region, or one base URL for all regions.
package struct BedrockEndpoint: Sendable, Hashable {
    /// AWS's own endpoint of a service, by the first part of its host name.
    private enum Service: String {
        case runtime = "bedrock-runtime"
        case controlPlane = "bedrock"
    }

    /// Why a base URL cannot be used.
    package struct InvalidURL: Error, Sendable, Hashable, CustomStringConvertible {
        package let url: String

        package var description: String {
            "'\(url)' is not an http or https URL without user, query and fragment"
        }
    }

    /// `https://bedrock-runtime.{region}.amazonaws.com`.
    package static let aws = BedrockEndpoint(override: nil)
    /// `https://bedrock.{region}.amazonaws.com`: lists models and inference profiles.
    package static let awsControlPlane = BedrockEndpoint(override: nil, service: .controlPlane)

    private struct Override: Hashable {
        var baseURL: String
        var host: String
    }

    private let override: Override?

    private let service: Service

    private init(override: Override?, service: Service = .runtime) {
        self.override = override
        self.service = service
    }

    /// One base URL that stands for every region, for example `http://127.0.0.1:4599`; a path is kept as a prefix.
    package init(url: String) throws(InvalidURL) {
        guard let components = URLComponents(string: url), let scheme = components.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = components.encodedHost, !host.isEmpty,
            components.user == nil, components.query == nil, components.fragment == nil
        else { throw InvalidURL(url: url) }
        let isDefaultPort = components.port == (scheme == "http" ? 80 : 443)
        let port = components.port.map { ":\($0)" } ?? ""
        let path = components.percentEncodedPath
        service = .runtime
        override = Override(
            baseURL: "\(scheme)://\(host)\(port)" + (path.hasSuffix("/") ? String(path.dropLast()) : path),
            // The signature covers the host as HTTP clients send it: without the scheme's own port.
            host: isDefaultPort ? host : host + port)
    }

    /// Without a slash at its end.
    func baseURL(in region: Region) -> String {
        override?.baseURL ?? "https://\(host(in: region))"
    }

    /// The value of the `Host` header.
    func host(in region: Region) -> String {
        override?.host ?? "\(service.rawValue).\(region).amazonaws.com"
    }
}
