package import Foundation

/// One HTTP/1.1 request. It is checked before libcurl sees it; redirects are never followed and nothing is repeated.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var method: Method
    /// An absolute `http` or `https` URL, already percent-encoded. Its path and query go out byte for byte.
    package var url: String
    /// Beside `Host`, `Content-Length` and `Accept`, which the engine writes. `Content-Length` and `Transfer-Encoding`
    /// are refused.
    package var headers: HTTPHeaders
    /// Sent with a `Content-Length`; empty means no body, which for `POST`, `PUT` and `PATCH` is a length of 0.
    package var body: Data
    package var timeouts: TransferTimeouts
    /// The most bytes that the answer's headers may have; default 64 KiB.
    package var maxHeaderBytes: Int
    /// The most bytes that the answer's body may have; default 16 MiB.
    package var maxResponseBytes: Int
    /// Which addresses may be connected to; default any.
    package var addressPolicy: AddressPolicy

    package init(
        method: Method, url: String, headers: HTTPHeaders = HTTPHeaders(), body: Data = Data(),
        timeouts: TransferTimeouts = TransferTimeouts(), maxHeaderBytes: Int = 64 * 1024,
        maxResponseBytes: Int = 16 * 1024 * 1024, addressPolicy: AddressPolicy = .any
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.maxHeaderBytes = maxHeaderBytes
        self.maxResponseBytes = maxResponseBytes
        self.addressPolicy = addressPolicy
    }
}
