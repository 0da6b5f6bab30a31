import Certification
import Testing

@Suite("Untrusted text")
struct UntrustedTextTests {
    @Test("Control characters and direction marks go, line breaks and tabs stay")
    func excerpt() {
        let text = UntrustedText("a\u{0}b\u{7}\u{1B}[31m\r\n\tc\u{202E}d\u{85}e\u{2066}")
        #expect(text.excerpt(limit: 100) == "ab[31m\n\tcde")
    }

    @Test("A line is one line")
    func line() {
        #expect(UntrustedText(" \r\na \u{0}\t b\n\nc\u{2028}d ").line(limit: 100) == "a b c d")
        #expect(UntrustedText("\n\u{0}").line(limit: 100).isEmpty)
    }

    @Test("Emoji made of several parts survive")
    func emoji() {
        #expect(UntrustedText("👩‍👩‍👧‍👦 é 🇨🇭").line(limit: 100) == "👩‍👩‍👧‍👦 é 🇨🇭")
    }

    @Test("Text is shortened to the limit, an ellipsis included", arguments: [1, 2, 5, 9, 10, 11])
    func limit(_ limit: Int) {
        let short = UntrustedText("0123456789").excerpt(limit: limit)
        #expect(short == (limit >= 10 ? "0123456789" : "0123456789".prefix(limit - 1) + "…"))
    }

    @Test("A letter under a thousand accents does not get past the limit")
    func accents() {
        let zalgo = "a" + String(repeating: "\u{0301}", count: 1000)
        #expect(UntrustedText("ok " + zalgo).line(limit: 10) == "ok …")
        #expect(UntrustedText("ok " + zalgo).line(limit: 10).unicodeScalars.count <= 10)
    }

    @Test("Text hidden in a text goes: tags, fillers, selectors of variants")
    func hidden() {
        #expect(UntrustedText("a\u{E0041}\u{200B}\u{2060}\u{E0100}\u{FFF9}\u{00AD}b").line(limit: 100) == "ab")
        #expect(UntrustedText("a\u{2028}b\u{9B}31mc").excerpt(limit: 100) == "a\nb31mc")
    }

    @Test("Markup is text in HTML, XML and Markdown, also under a combining mark")
    func escaping() {
        let text = UntrustedText("<b a='x' c=\"y\">&\u{1B}\n<\u{338}i>")
        #expect(
            text.htmlEscaped(limit: 100)
                == "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp; &lt;\u{338}i&gt;")
        #expect(text.xmlEscaped(limit: 100).contains("&apos;x&apos;"))
        #expect(UntrustedText("[a](http://b) *c*").markdownEscaped(limit: 100) == #"\[a\]\(http\://b\) \*c\*"#)
        #expect(text.htmlEscaped(limit: 3) == "&lt;b…")
    }

    @Test("A field that a spreadsheet would run is text", arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
    func formula(text: String) {
        #expect(UntrustedText(text).csvField(limit: 100).hasPrefix("\"'"))
        #expect(UntrustedText("a \"b\", c").csvField(limit: 100) == #""a ""b"", c""#)
    }
}
