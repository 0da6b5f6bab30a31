import Curl
import Foundation

/// Why the gateway did not do what it was asked, in its own words.
struct GatewayFailure: Error, CustomStringConvertible {
    let description: String
    /// Whether the same request may well succeed a little later.
    let isTemporary: Bool
    /// Whether the token, or that there is none, is the reason.
    let isUnauthorized: Bool
    /// Whether what was asked for is not there.
    let isNotFound: Bool

    /// There was no answer.
    init(address: String, error: CurlError) {
        description = "The gateway at \(address) gives no answer. \(error)"
        isTemporary = error.isRetriable
        isUnauthorized = false
        isNotFound = false
    }

    /// The answer is no success.
    init(status: Int, body: Data) {
        isTemporary = [429, 502, 503, 504].contains(status)
        isUnauthorized = status == 401
        isNotFound = status == 404
        guard let problem = try? JSONDecoder().decode(Problem.self, from: body) else {
            description = "The gateway answered \(status)."
            return
        }
        var lines = ["\(problem.title) (\(status)): \(problem.detail ?? "")"]
        lines += (problem.errors ?? []).prefix(100).map { "  \($0.place): \($0.detail)" }
        if status == 401 {
            lines.append("  Set CERTFORGE_TOKEN to a new token; 'certforge token' mints one for development.")
        }
        if let trace = problem.traceID { lines.append("  trace: \(trace)") }
        description = lines.map(Self.line).joined(separator: "\n")
    }

    /// A line of what a server wrote: without what steers a terminal, and of a bounded length.
    private static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.terminalSafe.unicodeScalars.prefix(2_000)))
    }

    /// The answer is a success that cannot be read.
    init(unreadable path: String, error: any Error) {
        // The error may quote the answer.
        description = Self.line("\(path) answered something that is no CertForge answer: \(error)")
        isTemporary = false
        isUnauthorized = false
        isNotFound = false
    }
}

extension GatewayFailure {
    private struct Problem: Decodable {
        struct Fault: Decodable {
            var pointer: String?
            var parameter: String?
            var header: String?
            var detail: String

            var place: String {
                guard let place = pointer ?? parameter ?? header, !place.isEmpty else { return "the request" }
                return place
            }
        }

        var title: String
        var detail: String?
        var errors: [Fault]?
        var traceID: String?

        enum CodingKeys: String, CodingKey {
            case title, detail, errors
            case traceID = "trace_id"
        }
    }
}
