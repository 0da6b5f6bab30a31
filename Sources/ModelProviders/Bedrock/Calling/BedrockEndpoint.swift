import Contracts
import Foundation

/// Where Bedrock's runtime is: AWS's endpoint of the target's region, or one base URL for all regions.
package struct BedrockEndpoint: Sendable, Hashable {
    /// Why a base URL cannot be used.
    package struct InvalidURL: Error, Sendable, Hashable, CustomStringConvertible {
        package let url: String

        package var description: String {
            "'\(url)' is not an http or https URL without user, query and fragment"
        }
    }

    /// `https://bedrock-runtime.{region}.amazonaws.com`.
    package static let aws = BedrockEndpoint(override: nil)

    private struct Override: Hashable {
        var baseURL: String
        var host: String
    }

    private let override: Override?

    private init(override: Override?) {
        self.override = override
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
        override?.host ?? "bedrock-runtime.\(region).amazonaws.com"
    }
}
