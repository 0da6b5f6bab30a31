package import Crypto
package import Foundation

extension SHA256 {
    /// The digest of some bytes, in lowercase hexadecimal.
    package static func hexadecimal(of data: Data) -> String {
        hash(data: data).reduce(into: "") { text, byte in
            let digits = String(byte, radix: 16)
            text += byte < 16 ? "0" + digits : digits
        }
    }

    /// The digest of a text's UTF-8, in lowercase hexadecimal.
    package static func hexadecimal(of text: String) -> String { hexadecimal(of: Data(text.utf8)) }
}
