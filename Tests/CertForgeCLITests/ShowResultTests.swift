import ArgumentParser
import Contracts
import Curl
import Foundation
import Testing

@testable import CertForgeCLI
@testable import CurlTests

@Suite("Writing a result document")
struct ShowResultTests {
    private let id = CertificationID()

    /// What the command writes when a gateway answers so.
    private func text(_ body: String, status: String = "200 OK") async throws -> String {
        let server = try LoopbackServer { peer in
            guard let request = try peer.readRequest() else { return }
            let isAsked = request.hasPrefix("GET /api/v1/certifications/\(id)/result HTTP/1.1\r\n")
            try peer.respond(body, status: isAsked ? status : "404 Not Found")
        }
        let command = try ShowResult.parse(["\(id)"])
        return try await command.text(from: try GatewayClient(address: server.url, token: "t"))
    }

    @Test("It is the document that the gateway gives, to the character")
    func plain() async throws {
        let document = "{\n  \"format\" : \"certforge-result/1\",\n  \"excerpt\" : \"Grüße ✓ 模型\\n\"\n}"
        #expect(try await text(document) == document)
    }

    @Test("What a model said steers no terminal, and is read as it was said")
    func untrusted() async throws {
        let said = "a\u{1B}[2J\u{1B}]0;title\u{7}\u{9B}31m\u{202E}b\u{2028}\u{E0041}\u{200B}c"
        struct Document: Codable, Equatable { var excerpt: String }
        // Written as a server may: with the very characters in it, where JSON allows that.
        let raw =
            #"{"excerpt":"a\u001b[2J\u001b]0;title\u0007"#
            + "\u{9B}31m\u{202E}b\u{2028}\u{E0041}\u{200B}c\"}"
        let written = try await text(raw)
        #expect(written.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(written.terminalSafe == written)
        #expect(try JSONDecoder().decode(Document.self, from: Data(written.utf8)) == Document(excerpt: said))
    }

    @Test("An answer that is no JSON, or not UTF-8, is not written but told in a short and harmless sentence")
    func noDocument() async throws {
        for body in ["<html>\u{1B}[2J</html>", "", "\u{1B}[2J{}", "{\"a\": \(String(repeating: "x", count: 100_000))"] {
            let failure = await #expect(throws: GatewayFailure.self) { try await text(body) }
            let words = failure?.description ?? ""
            #expect(words.contains("no CertForge answer") && words.terminalSafe == words && words.count <= 2_000)
        }
    }

    @Test("An answer without an end is not read to it")
    func endless() async throws {
        let server = try LoopbackServer { peer in
            guard try peer.readRequest() != nil else { return }
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let part = String(repeating: "[", count: 1_000_000)
            // Until the reader has had enough: 16 MiB are the most.
            for _ in 0..<64 { try peer.sendChunk(part) }
        }
        let command = try ShowResult.parse(["\(id)"])
        let client = try GatewayClient(address: server.url, token: "t")
        let failure = await #expect(throws: GatewayFailure.self) { try await command.text(from: client) }
        #expect(
            failure?.description.contains(CurlError(.tooLarge).description) == true, "\(failure?.description ?? "")")
    }

    @Test("A refusal is told, cut and without what steers a terminal")
    func refusal() async throws {
        let long = String(repeating: "long ", count: 10_000)
        let body =
            #"{"title":"There is none\u001b[2J","detail":"\#(long)","errors":["#
            + (0..<1_000).map { #"{"pointer":"/\#($0)","detail":"d"}"# }.joined(separator: ",") + "]}"
        let failure = await #expect(throws: GatewayFailure.self) { try await text(body, status: "404 Not Found") }
        let lines = (failure?.description ?? "").split(separator: "\n")
        #expect(failure?.isNotFound == true && lines.first?.hasPrefix("There is none[2J (404): long") == true)
        #expect(lines.count == 101 && lines.allSatisfy { $0.count <= 2_000 && String($0).terminalSafe == $0 })
    }

    @Test("An id that is none is refused before anything is asked")
    func id_() {
        #expect(throws: (any Error).self) { try ShowResult.parse(["../jobs"]) }
    }
}
