import Testing

@testable import Curl

@Suite("Header parser")
struct HeaderParserTests {
    private func parse(_ lines: [String], limit: Int = 1000) -> HeaderParser.Event? {
        var parser = HeaderParser(limit: limit)
        for line in lines {
            let event = parser.receive(line: Array("\(line)\r\n".utf8))
            if event != .more { return event }
        }
        return nil
    }

    @Test("Fields keep their order and lose the blanks around their values")
    func fields() {
        let event = parse(["HTTP/1.1 200 OK", "A:  one \t", "b:", "a: two:three", ""])
        let expected: HTTPHeaders = ["A": "one", "b": "", "a": "two:three"]
        #expect(event == .complete(status: 200, headers: expected))
        #expect(expected.values(of: "a") == ["one", "two:three"])
        #expect(expected["B"] == "")
        #expect(expected["c"] == nil)
    }

    @Test("Only the final answer counts, however many interim ones come before")
    func interim() {
        let event = parse([
            "HTTP/1.1 100 Continue", "", "HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 429 Slow", "R: 1", "",
        ])
        #expect(event == .complete(status: 429, headers: ["R": "1"]))
    }

    @Test("A folded line continues the value before it")
    func folding() {
        #expect(
            parse(["HTTP/1.1 200 OK", "A: one", "\t two", ""]) == .complete(status: 200, headers: ["A": "one two"]))
    }

    @Test(
        "What is no header is refused",
        arguments: [
            ["SSH-2.0"], ["HTTP/1.1"], ["HTTP/1.1 xyz"], ["HTTP/1.1 999 OK"], ["HTTP/1.1 200 OK", "no colon"],
            ["HTTP/1.1 200 OK", ": no name"],
        ])
    func malformed(lines: [String]) {
        #expect(parse(lines) == .malformed)
    }

    @Test("All lines together count towards the limit")
    func limit() {
        let lines = ["HTTP/1.1 200 OK", "A: b", ""]
        #expect(parse(lines, limit: 24) == .tooLarge)
        #expect(parse(lines, limit: 25) == .complete(status: 200, headers: ["A": "b"]))
    }

    @Test("Trailers are swallowed")
    func trailers() {
        var parser = HeaderParser(limit: 1000)
        for line in ["HTTP/1.1 200 OK\r\n", "\r\n"] { _ = parser.receive(line: Array(line.utf8)) }
        #expect(parser.receive(line: Array("T: x\r\n".utf8)) == .more)
        #expect(parser.receive(line: Array("\r\n".utf8)) == .more)
    }
}
