import Contracts
import Foundation
import Messaging
import Postgres

extension OutgoingMessage {
    /// - Throws: `PostgresError.Code.decoding`.
    init(row: PostgresRow) throws(PostgresError) {
        let traceparent = try row.decodeIfPresent(String.self, "traceparent")
        let tracestate = try row.decodeIfPresent(String.self, "tracestate")
        self.init(
            id: MessageID(rawValue: try row.decode("id")),
            exchange: ExchangeName(rawValue: try row.decode("exchange")),
            routingKey: RoutingKey(rawValue: try row.decode("routing_key")),
            mandatory: try row.decode("mandatory"),
            type: MessageType(name: try row.decode("type"), schemaVersion: try row.decode("schema_version")),
            correlationID: try row.decodeIfPresent(UUID.self, "correlation_id").map(JobID.init(rawValue:)),
            body: try row.decode("body"), createdAt: try row.decode("created_at"), attempt: try row.decode("attempt"),
            trace: traceparent.flatMap { TraceContext(traceparent: $0, tracestate: tracestate) },
            extraHeaders: try row.decode(JSONB<[String: String]>.self, "extra_headers").value)
    }
}
