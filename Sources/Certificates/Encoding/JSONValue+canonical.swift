package import Contracts
import Crypto
package import Foundation

extension JSONValue {
    /// The value's one canonical form (RFC 8785): equal values have equal bytes, whoever wrote them.
    ///
    /// A number that IEEE 754 cannot hold exactly is rounded as the RFC asks.
    package var canonicalData: Data {
        var text = ""
        write(to: &text)
        return Data(text.utf8)
    }

    /// SHA-256 of the canonical form, in lowercase hexadecimal.
    package var canonicalDigest: String { SHA256.hexadecimal(of: canonicalData) }

    /// A number written as the shortest decimal that reads back as the same.
    package init(_ number: Double) {
        self = Decimal(string: "\(number)", locale: Locale(identifier: "en_US_POSIX")).map(JSONValue.number) ?? .null
    }

    package init(_ number: Int) { self = .number(Decimal(number)) }

    private func write(to text: inout String) {
        switch self {
        case .object(let fields):
            text += "{"
            // By UTF-16 code units (§3.2.3).
            let sorted = fields.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (index, field) in sorted.enumerated() {
                if index > 0 { text += "," }
                Self.write(field.key, to: &text)
                text += ":"
                field.value.write(to: &text)
            }
            text += "}"
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .string(let string): Self.write(string, to: &text)
        case .number(let number): text += Self.canonical(Double("\(number)") ?? 0)
        case .boolean(let value): text += value ? "true" : "false"
        case .null: text += "null"
        }
    }

    /// §3.2.2.2: two-character escapes where JSON has them, `\u00xx` for other control characters, all else as it is.
    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{08}": text += "\\b"
            case "\u{0C}": text += "\\f"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                text += scalar.value < 0x10 ? "\\u000" : "\\u00"
                text += String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// §3.2.2.3: as ECMAScript writes a number (ECMA-262 §6.1.6.1.20).
    static func canonical(_ number: Double) -> String {
        guard number != 0 else { return "0" }
        let (digits, exponent) = significand(of: abs(number))
        let count = digits.count
        let magnitude: String
        switch exponent {
        case count...21 where exponent >= count:
            magnitude = digits + String(repeating: "0", count: exponent - count)
        case 1...21: magnitude = "\(digits.prefix(exponent)).\(digits.dropFirst(exponent))"
        case -5...0: magnitude = "0." + String(repeating: "0", count: -exponent) + digits
        default:
            let fraction = count > 1 ? ".\(digits.dropFirst())" : ""
            magnitude = "\(digits.prefix(1))\(fraction)e\(exponent > 0 ? "+" : "")\(exponent - 1)"
        }
        return (number < 0 ? "-" : "") + magnitude
    }

    /// The shortest digits that read back as the number, without zeros at either end, and the power of ten for which the
    /// number is `0.digits × 10^exponent`.
    private static func significand(of number: Double) -> (digits: String, exponent: Int) {
        let parts = number.description.split(separator: "e")
        let decimal = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = decimal[0]
        let all = whole + (decimal.count > 1 ? decimal[1] : "")
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.last == "0" { digits.removeLast() }
        let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return (digits, whole.count - leading + shift)
    }
}
