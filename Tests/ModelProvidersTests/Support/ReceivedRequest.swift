import AWSWire
import Foundation

/// An HTTP request as it came over the wire.
struct ReceivedRequest: Sendable {
    var method = ""
    var path = ""
    var query = ""
    var headers: [(name: String, value: String)] = []
    var body = Data()

    /// Nil when the client went away before the request was whole.
    init?(readingFrom connection: Int32) {
        let endOfHead = Data("\r\n\r\n".utf8)
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = bytes.firstRange(of: endOfHead) {
                parse(head: String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
                body = bytes[end.upperBound...]
                if body.count >= Int(header("content-length") ?? "") ?? 0 { return }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    var signable: SignableRequest {
        SignableRequest(method: method, path: path, query: query, headers: headers, body: body)
    }

    private mutating func parse(head: String) {
        var lines = head.components(separatedBy: "\r\n")
        let requestLine = lines.removeFirst().components(separatedBy: " ")
        guard requestLine.count == 3 else { return }
        method = requestLine[0]
        let target = requestLine[1].split(separator: "?", maxSplits: 1).map(String.init)
        path = target[0]
        query = target.count > 1 ? target[1] : ""
        headers = lines.map { line in
            let field = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (field[0], field.count > 1 ? field[1].trimmingCharacters(in: .whitespaces) : "")
        }
    }
}
