import Contracts
import Foundation
import FoundationXML
import Testing

@testable import Certificates

@Suite("Badges") struct CertificateBadgeTests {
    private static let hostile = [
        #"</title><script>alert(1)</script>"#, #"" onload="alert(1)"#, "a & b <c> 'd'", "\u{0}\u{1B}[31m\u{202E}evil",
        String(repeating: "long ", count: 1000), "模型 😀 é", "]]>", "&amp;", "\u{FFFE}\u{FFFF}", "",
    ]

    private static let states: [CertificateBadge.State] = [
        .holds(.certified, rating: 4.9, badge: .premium), .unsigned(rating: 4.9, badge: .premium), .expired, .revoked,
        .outdated,
        .superseded, .notCertified(.failed), .notCertified(.unsupported), .unknown,
    ]

    @Test(
        "The image is well-formed whatever a model calls itself, without scripts and of a bounded size",
        arguments: hostile)
    func hostileNames(name: String) throws {
        for state in Self.states {
            let svg = CertificateBadge(name: name, state: state).svg
            let reader = ElementReader()
            let parser = XMLParser(data: Data(svg.utf8))
            parser.delegate = reader
            #expect(parser.parse(), "\(svg)")
            #expect(reader.elements == ["svg", "title", "clipPath", "rect", "g", "rect", "rect", "g", "text", "text"])
            #expect(!reader.attributes.contains { $0.hasPrefix("on") || $0.contains("href") })
            #expect(svg.utf8.count < 4_000)
        }
    }

    @Test("Revoked is red, expired and superseded and unsigned are grey, a warning is yellow")
    func colors() {
        let color = { CertificateBadge(name: "m", state: $0).color }
        #expect(color(.revoked) == .red)
        #expect(color(.expired) == .lightgrey)
        #expect(color(.outdated) == .lightgrey)
        #expect(color(.superseded) == .lightgrey)
        #expect(color(.unsigned(rating: 5, badge: .premium)) == .lightgrey)
        #expect(color(.holds(.certified, rating: 5, badge: .premium)) == .brightgreen)
        #expect(color(.holds(.certified, rating: 4, badge: .recommended)) == .green)
        #expect(color(.holds(.certified, rating: 3, badge: .functional)) == .yellowgreen)
        #expect(color(.holds(.qualityWarning, rating: 3.5, badge: .functional)) == .yellow)
    }

    @Test("Shields gets its six fields")
    func shields() throws {
        let badge = CertificateBadge(name: "Claude 3 Haiku", state: .holds(.certified, rating: 4.9, badge: .premium))
        let json = String(decoding: try badge.shieldsJSON(), as: UTF8.self)
        #expect(
            json
                == #"{"cacheSeconds":300,"color":"brightgreen","isError":false,"label":"Claude 3 Haiku","#
                + #""message":"premium 4.9","schemaVersion":1}"#)
    }
}

private final class ElementReader: NSObject, XMLParserDelegate {
    var elements: [String] = []
    var attributes: [String] = []

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.append(element)
        self.attributes += attributes.keys
    }
}
