import HTTPTypes
import Hummingbird

/// The body of a problem: `application/problem+json` (RFC 9457) with the extensions `errors` and `trace_id`.
struct ProblemDocument: Sendable, Encodable {
    struct FaultBody: Sendable, Encodable {
        var pointer: String?
        var parameter: String?
        var header: String?
        var detail: String

        init(_ fault: Fault) {
            detail = fault.detail
            switch fault.location {
            case .body(let pointer): self.pointer = pointer
            case .query(let parameter): self.parameter = parameter
            case .header(let header): self.header = header
            }
        }
    }

    var type: String
    var title: String
    var status: Int
    var detail: String
    var instance: String
    var traceID: String
    var errors: [FaultBody]?

    init(_ problem: Problem, instance: String, traceID: String) {
        type = problem.kind.uri
        title = problem.kind.title
        status = problem.status.code
        detail = problem.detail
        self.instance = instance
        self.traceID = traceID
        errors = problem.faults.isEmpty ? nil : problem.faults.map(FaultBody.init)
    }

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail, instance, errors
        case traceID = "trace_id"
    }
}

extension Problem {
    /// The answer that carries the problem, with the path of the request and the trace to quote in a report.
    func response(instance: String, traceID: String) throws -> Response {
        var response = try JSONResponse.encode(
            ProblemDocument(self, instance: instance, traceID: traceID), status: status)
        response.headers.append(contentsOf: headers)
        response.headers[.contentType] = "application/problem+json"
        return response
    }
}
