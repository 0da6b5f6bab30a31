import Foundation

extension SMTPMail {
    /// Refuses what libcurl would pass on as it is: an address with a line break is a second SMTP command.
    ///
    /// - Throws: `CurlError.Code.invalidAddress`, or `invalidRequest` for a message with a NUL.
    func validate() throws(CurlError) {
        // The empty reverse path means "tell nobody about failures" (RFC 5321 §4.5.5).
        guard envelopeFrom.isEmpty || EnvelopeAddress.isValid(envelopeFrom) else {
            throw CurlError(.invalidAddress, detail: "the sender's address is not acceptable")
        }
        guard EnvelopeAddress.isValid(recipient) else {
            throw CurlError(.invalidAddress, detail: "the recipient's address is not acceptable")
        }
        guard !message.contains(0) else { throw CurlError(.invalidRequest, detail: "the message has a NUL") }
    }

    /// The message with every line ended by CRLF: a bare LF or CR is read differently by different servers, which is
    /// how one mail smuggles in another.
    var wireMessage: Data {
        var wire = Data(capacity: message.count + message.count / 32)
        var isAfterCarriageReturn = false
        for byte in message {
            switch byte {
            case 0x0a:
                if !isAfterCarriageReturn { wire.append(contentsOf: [0x0d, 0x0a]) }
            case 0x0d:
                wire.append(contentsOf: [0x0d, 0x0a])
            default:
                wire.append(byte)
            }
            isAfterCarriageReturn = byte == 0x0d
        }
        return wire
    }
}

/// What may stand between the angle brackets of MAIL FROM and RCPT TO.
package enum EnvelopeAddress {
    /// Whether `text` is a plain ASCII address: a dot-string, `@`, and a domain or address literal (RFC 5321 §4.1.2).
    /// Quoted local parts and internationalised addresses are not accepted.
    package static func isValid(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].count), !parts[1].isEmpty else {
            return false
        }
        return isDotString(parts[0], isAllowed: isAtomByte) && isDomain(parts[1])
    }

    private static func isDomain(_ bytes: Substring.UTF8View) -> Bool {
        if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") {
            return bytes.count > 2
                && bytes.dropFirst().dropLast().allSatisfy {
                    isDomainByte($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                }
        }
        return isDotString(bytes, isAllowed: isDomainByte)
    }

    private static func isDotString(_ bytes: Substring.UTF8View, isAllowed: (UInt8) -> Bool) -> Bool {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(isAllowed) }
    }

    private static func isDomainByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        isDomainByte(byte) || "!#$%&'*+/=?^_`{|}~".utf8.contains(byte)
    }
}
