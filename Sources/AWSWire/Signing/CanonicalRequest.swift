/// The one spelling of a request that both sides hash (AWS IAM User Guide, "Create a canonical request").
struct CanonicalRequest {
    let text: String
    /// The names of the signed headers: lower case, sorted, joined by semicolons.
    let signedHeaders: String

    /// Covers the headers of these lower-case names; a name that the request lacks is left out.
    init(of request: SignableRequest, signing names: Set<String>) {
        let headers = Self.headers(of: request, named: names)
        signedHeaders = headers.map(\.name).joined(separator: ";")
        text = [
            request.method,
            Self.path(request.path),
            Self.query(request.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(),
            signedHeaders,
            request.bodyHash,
        ].joined(separator: "\n")
    }

    /// Every service but S3 signs the normalised path with each segment encoded once more than on the wire.
    static func path(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        guard !segments.isEmpty else { return "/" }
        let namesFolder = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..")
        let normalised = "/" + segments.joined(separator: "/") + (namesFolder ? "/" : "")
        return URIEncoding.encode(normalised, keepingSlashes: true)
    }

    /// Sorted by encoded name, then by encoded value, in the order of their bytes.
    static func query(_ query: String) -> String {
        query.split(separator: "&").map { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1] : ""
            return (name: encodedAgain(parts[0]), value: encodedAgain(value))
        }
        .sorted { left, right in
            left.name == right.name
                ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
                : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
        .map { "\($0.name)=\($0.value)" }
        .joined(separator: "&")
    }

    // Clients differ in what they leave unencoded; decoding first gives all of them one spelling.
    private static func encodedAgain(_ text: Substring) -> String {
        URIEncoding.encode(URIEncoding.decode(text))
    }

    private static func headers(
        of request: SignableRequest, named names: Set<String>
    ) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for header in request.headers {
            let name = header.name.lowercased()
            guard names.contains(name) else { continue }
            values[name, default: []].append(collapsed(header.value))
        }
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { (name: $0.key, value: $0.value.joined(separator: ",")) }
    }

    private static func collapsed(_ value: String) -> String {
        value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
