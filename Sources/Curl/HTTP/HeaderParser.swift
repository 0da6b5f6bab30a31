/// Reads an answer's header lines as libcurl hands them over, interim answers (1xx) and folded lines included.
struct HeaderParser {
    enum Event: Sendable, Equatable {
        case more
        /// The final answer's headers are complete.
        case complete(status: Int, headers: HTTPHeaders)
        case malformed
        case tooLarge
    }

    private enum State {
        case statusLine
        case fields(status: Int, HTTPHeaders)
        /// What follows the body's end are trailers: counted, not kept.
        case complete
    }

    private let limit: Int
    private var size = 0
    private var state = State.statusLine

    /// - Parameter limit: the most bytes, of all lines together.
    init(limit: Int) {
        self.limit = limit
    }

    mutating func receive(line: some Collection<UInt8>) -> Event {
        size += line.count
        guard size <= limit else { return .tooLarge }
        let text = String(decoding: line, as: UTF8.self).trimmingLineEnd()
        switch state {
        case .complete:
            return .more
        case .statusLine:
            return receive(statusLine: text)
        case .fields(let status, let headers) where text.isEmpty:
            return end(status: status, headers: headers)
        case .fields(let status, var headers):
            guard receive(field: text, into: &headers) else { return .malformed }
            state = .fields(status: status, headers)
            return .more
        }
    }

    private mutating func receive(statusLine text: String) -> Event {
        let parts = text.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let status = Int(parts[1]), (100...599).contains(status)
        else { return .malformed }
        state = .fields(status: status, HTTPHeaders())
        return .more
    }

    private mutating func end(status: Int, headers: HTTPHeaders) -> Event {
        guard status >= 200 else {
            state = .statusLine
            return .more
        }
        state = .complete
        return .complete(status: status, headers: headers)
    }

    private func receive(field text: String, into headers: inout HTTPHeaders) -> Bool {
        if let first = text.first, first == " " || first == "\t" {
            headers.extendLast(with: text.trimmingBlanks())
            return true
        }
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return false }
        headers.append(String(text[..<colon]), text[text.index(after: colon)...].trimmingBlanks())
        return true
    }
}

extension String {
    fileprivate func trimmingLineEnd() -> String {
        var bytes = Array(utf8)
        while let last = bytes.last, last == 0x0a || last == 0x0d { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StringProtocol {
    fileprivate func trimmingBlanks() -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let bytes = Array(Array(utf8.drop(while: isBlank)).reversed().drop(while: isBlank).reversed())
        return String(decoding: bytes, as: UTF8.self)
    }
}
