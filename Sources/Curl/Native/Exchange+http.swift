import CCurl

extension Exchange {
    /// Sets up the transfer of a validated request.
    convenience init(
        sending request: HTTPRequest, as transfer: Transfer, configuration: CurlEngine.Configuration
    ) throws(CurlError) {
        let upload = StableBytes(request.body)
        try self.init(
            transfer: transfer, kind: .http, upload: upload,
            limits: Limits(
                idle: request.timeouts.idle, headerBytes: request.maxHeaderBytes, bodyBytes: request.maxResponseBytes))
        try setCommonOptions(protocols: "http,https", timeouts: request.timeouts, configuration: configuration)
        try easy.set(CURLOPT_URL, request.url)
        // A signature covers the path as it is: libcurl must not take out "/../".
        try easy.set(CURLOPT_PATH_AS_IS, true)
        try easy.set(CURLOPT_FOLLOWLOCATION, false)
        try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try easy.set(CURLOPT_HTTPHEADER, list: request.headers.lines)
        try setMethod(request.method, upload: upload)
        if request.addressPolicy != .any { try guardAddresses(by: request.addressPolicy) }
    }

    private func setMethod(_ method: HTTPRequest.Method, upload: StableBytes) throws(CurlError) {
        let hasBody = upload.count > 0 || [.post, .put, .patch].contains(method)
        if hasBody {
            try easy.set(CURLOPT_POST, true)
            try easy.setOffset(CURLOPT_POSTFIELDSIZE_LARGE, upload.count)
            try easy.set(CURLOPT_POSTFIELDS, upload)
        } else if method == .head {
            try easy.set(CURLOPT_NOBODY, true)
        }
        if hasBody ? method != .post : ![.get, .head].contains(method) {
            try easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue)
        }
    }

    /// What every transfer has in common.
    func setCommonOptions(
        protocols: String, timeouts: TransferTimeouts, configuration: CurlEngine.Configuration
    ) throws(CurlError) {
        try easy.set(CURLOPT_PROTOCOLS_STR, protocols)
        try easy.set(CURLOPT_NOSIGNAL, true)
        // A cancelled transfer does not wait for a name server: the look-up's thread is left to end by itself.
        try easy.set(CURLOPT_QUICK_EXIT, true)
        // No proxy from the environment: what is measured is the way to the provider.
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect)
        if let total = timeouts.total { try easy.set(CURLOPT_TIMEOUT_MS, total) }
        try easy.set(CURLOPT_TCP_KEEPALIVE, true)
        try easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try easy.set(CURLOPT_SSL_VERIFYPEER, true)
        try easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = configuration.certificateAuthorityFile { try easy.set(CURLOPT_CAINFO, file) }
    }
}

extension HTTPHeaders {
    /// The fields as libcurl takes them, with those that it would add by itself turned off.
    fileprivate var lines: [String] {
        // A name and a semicolon is libcurl's form of an empty value; a name and a colon turns the field off.
        var lines = fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if self["Expect"] == nil { lines.append("Expect:") }
        if self["Content-Type"] == nil { lines.append("Content-Type:") }
        return lines
    }
}
