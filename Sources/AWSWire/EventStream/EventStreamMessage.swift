package import Foundation

/// One message of an AWS event stream (`application/vnd.amazon.eventstream`).
///
/// On the wire: total length, headers' length, CRC-32 of both; headers; payload; CRC-32 of all before it. Numbers are
/// big-endian (Smithy specification, "Amazon Event Stream").
package struct EventStreamMessage: Sendable, Hashable {
    /// The longest message accepted or written, in bytes.
    package static let maximumLength = 16 * 1024 * 1024
    /// The longest headers accepted or written, in bytes.
    package static let maximumHeadersLength = 128 * 1024

    /// In the order of the wire.
    package var headers: [EventStreamHeader]
    package var payload: Data

    package init(headers: [EventStreamHeader] = [], payload: Data = Data()) {
        self.headers = headers
        self.payload = payload
    }

    /// A header's text; nil when the header is absent or no string.
    package func string(_ name: String) -> String? {
        guard case .string(let text) = headers.first(where: { $0.name == name })?.value else { return nil }
        return text
    }
}
