package import Foundation

/// A whole answer, of any status.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: Data
    package let timing: TransferTiming

    package init(status: Int, headers: HTTPHeaders, body: Data, timing: TransferTiming) {
        self.status = status
        self.headers = headers
        self.body = body
        self.timing = timing
    }
}
