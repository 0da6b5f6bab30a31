import Foundation
package import Logging

/// Writes each log event as one JSON object on a line: `timestamp, level, service, traceId, requestId, userId, message,
/// context, error`; a field without a value is absent.
package struct JSONLogHandler: LogHandler {
    /// Metadata under these keys becomes a field of its own; all other metadata is `context`.
    private static let fields: Set<String> = ["traceId", "requestId", "userId", "error"]

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?
    private let service: String
    private let output: LogOutput

    package init(service: String, level: Logger.Level, output: LogOutput) {
        self.service = service
        self.output = output
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        let context = all.filter { !Self.fields.contains($0.key) }
        let line = LogLine(
            timestamp: Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            level: event.level.rawValue, service: service, traceId: all["traceId"]?.description,
            requestId: all["requestId"]?.description, userId: all["userId"]?.description,
            message: event.message.description,
            context: context.isEmpty ? nil : context.mapValues(\.description), error: all["error"]?.description)
        do {
            output.write(try line.data())
        } catch {
            // Strings can always be encoded; a line that says so is better than none.
            output.write(Data(#"{"level":"error","message":"A log line could not be encoded"}"#.utf8) + Data("\n".utf8))
        }
    }
}

private struct LogLine: Encodable {
    var timestamp: String
    var level: String
    var service: String
    var traceId: String?
    var requestId: String?
    var userId: String?
    var message: String
    var context: [String: String]?
    var error: String?
}

extension LogLine {
    /// One line of ASCII with its line feed. What a terminal or a reader of lines could take for more than text, for
    /// example U+009B, U+2028 or a mark that turns the reading direction, is escaped like every character beyond ASCII.
    func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = Self.ascii(try encoder.encode(self))
        data.append(UInt8(ascii: "\n"))
        return data
    }

    /// JSON has characters beyond ASCII only in strings, where each may be written as UTF-16 escapes (RFC 8259 §7).
    private static func ascii(_ json: Data) -> Data {
        guard json.contains(where: { $0 >= 0x7f }) else { return json }
        var data = Data(capacity: json.count * 2)
        for unit in String(decoding: json, as: UTF8.self).utf16 {
            if unit < 0x7f {
                data.append(UInt8(unit))
            } else {
                let digits = String(unit, radix: 16)
                data.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
            }
        }
        return data
    }
}
