import HTTPTypes

/// A request that cannot be fulfilled, as the client is told about it (RFC 9457).
struct Problem: Error, Sendable {
    var kind: ProblemKind
    /// A sentence about this very occurrence, safe to show anyone.
    var detail: String
    /// Every fault of the request at once; empty when the detail says it all.
    var faults: [Fault]
    /// Headers that the answer needs beyond those of every answer.
    var headers: HTTPFields
    /// Replaces the kind's status where a framework's error has one of its own.
    var status: HTTPResponse.Status

    init(
        _ kind: ProblemKind, detail: String, faults: [Fault] = [], headers: HTTPFields = [:],
        status: HTTPResponse.Status? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.faults = faults
        self.headers = headers
        self.status = status ?? kind.status
    }

    /// One answer for all faults of a request.
    static func invalid(_ faults: [Fault]) -> Problem {
        let count = faults.count == 1 ? "One thing" : "\(faults.count) things"
        return Problem(.invalidRequest, detail: "\(count) in the request must be mended; see errors.", faults: faults)
    }

    /// `thing` is what was looked for, for example "certification job".
    static func notFound(_ thing: String, id: String) -> Problem {
        Problem(.notFound, detail: "There is no \(thing) \(id.quotedForDisplay).")
    }
}

/// One fault of a request: where it is and what to do about it.
struct Fault: Sendable, Hashable {
    enum Location: Sendable, Hashable {
        /// A JSON Pointer into the body (RFC 6901); empty for the whole body.
        case body(String)
        case query(String)
        case header(String)
    }

    var location: Location
    /// What is wrong and what to do, in a sentence or two.
    var detail: String

    init(_ location: Location, _ detail: String) {
        self.location = location
        self.detail = detail
    }

    /// A fault of a field of the body, or of one of its elements.
    static func field(_ name: String, index: Int? = nil, _ detail: String) -> Fault {
        let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
        return Fault(.body(index.map { "/\(escaped)/\($0)" } ?? "/\(escaped)"), detail)
    }
}

extension String {
    /// The text in quotation marks, for a sentence that repeats what a client sent: without control characters and cut
    /// to 80 characters.
    var quotedForDisplay: String {
        let visible = String(unicodeScalars.filter { $0.properties.generalCategory != .control }.map(Character.init))
        return visible.count > 80 ? "'\(visible.prefix(79))…'" : "'\(visible)'"
    }
}
