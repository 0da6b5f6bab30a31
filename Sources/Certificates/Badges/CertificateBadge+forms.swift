package import Foundation

extension CertificateBadge {
    /// How long a page may show it without asking again, in seconds: a revocation should be seen soon. Shields allows no less
    /// than 300 for its own cache.
    package static let cacheSeconds = 300

    /// The badge for https://shields.io/endpoint.
    package func shieldsJSON() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try encoder.encode(
            ShieldsEndpoint(
                schemaVersion: 1, label: label, message: message, color: color.rawValue, isError: isError,
                cacheSeconds: Self.cacheSeconds))
    }

    private struct ShieldsEndpoint: Encodable {
        var schemaVersion: Int
        var label: String
        var message: String
        var color: String
        var isError: Bool
        var cacheSeconds: Int
    }

    /// The badge as an image: text only, no script, nothing that is loaded.
    package var svg: String {
        let left = Self.width(of: label)
        let right = Self.width(of: message)
        let (label, message) = (label.xmlEscaped, message.xmlEscaped)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(left + right)" height="20" role="img" \
            aria-label="\(label): \(message)"><title>\(label): \(message)</title>\
            <clipPath id="r"><rect width="\(left + right)" height="20" rx="3"/></clipPath>\
            <g clip-path="url(#r)"><rect width="\(left)" height="20" fill="#555"/>\
            <rect x="\(left)" width="\(right)" height="20" fill="\(color.css)"/></g>\
            <g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">\
            <text x="5" y="14" textLength="\(left - 10)">\(label)</text>\
            <text x="\(left + 5)" y="14" textLength="\(right - 10)">\(message)</text></g></svg>
            """
    }

    /// About what Verdana of 11 pixels takes, and 5 pixels at each side; `textLength` makes the text fit whatever font there
    /// is.
    private static func width(of text: String) -> Int {
        let pixels = text.reduce(0.0) { sum, character in
            switch character {
            case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", "f", "t", "r", " ", "-", "(", ")", "/":
                sum + 4.6
            case "m", "w", "M", "W", "@", "%": sum + 10.5
            case let character where character.isASCII: sum + 7.2
            default: sum + 12
            }
        }
        return Int(pixels.rounded(.up)) + 10
    }
}

extension String {
    /// Safe as an element's text and between quotation marks. What XML 1.0 §2.2 does not know is left out.
    fileprivate var xmlEscaped: String {
        unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: break
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
