extension HTTPRequest {
    /// Refuses what libcurl would pass on as it is: line breaks in a URL or header, framing headers, limits out of
    /// range.
    ///
    /// - Throws: `CurlError.Code.invalidRequest`.
    func validate() throws(CurlError) {
        try validateURL()
        for field in headers.fields { try Self.validate(field) }
        try timeouts.validate()
        guard maxHeaderBytes > 0, maxResponseBytes >= 0 else { throw Self.invalid("a size limit is negative") }
        guard method != .head || body.isEmpty else { throw Self.invalid("HEAD has no body") }
    }

    private func validateURL() throws(CurlError) {
        guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Self.invalid("the URL has a character that is not printable ASCII")
        }
        guard let separator = url.range(ofASCII: "://"),
            ["http", "https"].contains(url[..<separator.lowerBound].lowercased())
        else { throw Self.invalid("the URL is not an absolute http or https URL") }
        let authority = url[separator.upperBound...].prefix { !"/?#".contains($0) }
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains("\\") else {
            throw Self.invalid("the URL has no host or has a user name")
        }
    }

    private static func validate(_ field: HTTPHeaders.Field) throws(CurlError) {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
            throw invalid("a header's name is not a token")
        }
        guard field.value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else {
            throw invalid("a header's value has a control character")
        }
        guard !["content-length", "transfer-encoding"].contains(field.name.lowercased()) else {
            throw invalid("the engine frames the body itself")
        }
    }

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func invalid(_ detail: String) -> CurlError {
        CurlError(.invalidRequest, detail: detail)
    }
}

extension TransferTimeouts {
    func validate() throws(CurlError) {
        for duration in [connect, total, idle].compactMap({ $0 }) where duration <= .zero || duration > .seconds(86_400)
        {
            throw CurlError(.invalidRequest, detail: "a time-out is not between 1 ms and a day")
        }
    }
}

extension String {
    /// The first occurrence of `text`.
    fileprivate func range(ofASCII text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
