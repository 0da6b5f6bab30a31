import Foundation
import HTTPTypes

/// The id by which one request is found in the logs.
enum RequestID {
    static let header = "X-Request-ID"

    static func generate() -> String {
        UUID().uuidString.lowercased()
    }

    /// The id that a client sent, when it is safe to repeat in headers and logs: 1–128 letters, digits, `.`, `_`, `-`.
    static func accepted(from headers: HTTPFields) -> String? {
        guard let text = headers[named: header], (1...128).contains(text.utf8.count) else { return nil }
        return text.utf8.allSatisfy(isSane) ? text : nil
    }

    private static func isSane(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
