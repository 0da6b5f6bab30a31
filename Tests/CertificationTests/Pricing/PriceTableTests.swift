import Certification
import Contracts
import Foundation
import Testing

@Suite("The price table")
struct PriceTableTests {
    private let haiku = Target(
        provider: .bedrock, model: "anthropic.claude-3-haiku-20240307-v1:0", region: "eu-west-1", profile: .geographic)

    private func day(_ text: String) throws -> Date { try Date("\(text)T12:00:00Z", strategy: .iso8601) }

    private func table(_ rows: String) throws -> PriceTable {
        PriceTable(try PriceFile(yaml: file(rows), file: "prices.yaml"))
    }

    private func file(_ rows: String) -> String { "version: test\nprices:\n\(rows)" }

    private func row(_ fields: String, input: String = "1", validFrom: String = "2026-01-01") -> String {
        """
          - {provider: bedrock, \(fields), validFrom: \(validFrom), input: \(input), output: 2, source: a test,
             checked: 2026-01-01}

        """
    }

    @Test("The bundled prices are those that are known, each with its source and none verified")
    func bundled() throws {
        let table = try PriceTable.bundled()
        #expect(table.rows.count == 14)
        #expect(table.rows.allSatisfy { !$0.isVerified && !$0.source.isEmpty })
        let applied = try #require(table.price(of: haiku, on: try day("2026-11-21")))
        #expect(applied.price.input == Money("0.25"))
        #expect(applied.price.output == Money("1.25"))
        #expect(applied.tableVersion == "2026-01-17")
        #expect(applied.tableDigest.count == 64)
    }

    @Test("Nobody knows the price of a model without a row, nor of one whose first row is not valid yet")
    func unknown() throws {
        let table = try PriceTable.bundled()
        var other = haiku
        other.model = "nobody.knows-v1:0"
        #expect(table.price(of: other, on: try day("2026-11-21")) == nil)
        #expect(table.price(of: haiku, on: try day("2026-01-16")) == nil)
        #expect(table.price(of: haiku, on: try day("2026-01-17")) != nil)
        var elsewhere = haiku
        elsewhere.provider = "openai"
        #expect(table.price(of: elsewhere, on: try day("2026-11-21")) == nil)
    }

    @Test("The most specific row wins, then the latest valid one")
    func precedence() throws {
        let model = "model: \"\(haiku.model)\""
        let table = try table(
            row("model: \"*\"", input: "9", validFrom: "2026-03-01") + row(model, input: "1")
                + row(model, input: "2", validFrom: "2026-02-01")
                + row("\(model), profile: geographic", input: "3")
                + row("\(model), region: eu-west-1", input: "4")
                + row("\(model), region: eu-west-1, profile: global", input: "5"))
        let late = try day("2026-06-01")
        #expect(table.price(of: haiku, on: late)?.price.input == Money("4"))
        var elsewhere = haiku
        elsewhere.region = "us-east-1"
        #expect(table.price(of: elsewhere, on: late)?.price.input == Money("3"))
        elsewhere.profile = .inRegion
        #expect(table.price(of: elsewhere, on: late)?.price.input == Money("2"))
        #expect(table.price(of: elsewhere, on: try day("2026-01-31"))?.price.input == Money("1"))
        elsewhere.model = "another"
        #expect(table.price(of: elsewhere, on: late)?.price.input == Money("9"))
    }

    @Test("The day from which another price holds is known; the same price again is no change")
    func change() throws {
        let model = "model: \"\(haiku.model)\""
        let table = try table(
            row(model, input: "1") + row(model, input: "1", validFrom: "2026-03-01")
                + row(model, input: "2", validFrom: "2026-05-01"))
        let change = try #require(table.price(of: haiku, on: try day("2026-02-01"))?.validUntil)
        #expect(change.description == "2026-05-01")
        #expect(change.start == (try Date("2026-05-01T00:00:00Z", strategy: .iso8601)))
        #expect(table.price(of: haiku, on: try day("2026-06-01"))?.validUntil == nil)
    }

    @Test("The operator's rows win over bundled ones for the same, and change the digest")
    func overriding() throws {
        let bundled = try PriceTable.bundled()
        let own = try PriceFile(
            yaml: file(row("model: \"eu.\(haiku.model)\"", input: "0.3", validFrom: "2026-01-17")), file: "own.yaml",
            registry: .bundled())
        let table = bundled.adding(own)
        #expect(table.price(of: haiku, on: try day("2026-11-21"))?.price.input == Money("0.3"))
        #expect(table.version == "2026-01-17, test")
        #expect(table.digest != bundled.digest)
    }

    @Test("An operator's row wins over a bundled one that begins later, from its own first day on")
    func overridingLater() throws {
        let table = try table(row("model: m", input: "9", validFrom: "2025-01-01") + row("model: m", input: "1"))
        let own = try PriceFile(yaml: file(row("model: m", input: "5", validFrom: "2025-06-01")), file: "own.yaml")
        let target = Target(provider: "bedrock", model: "m", region: "us-east-1", profile: .inRegion)
        func price(_ table: PriceTable, _ date: String) throws -> Money? {
            table.price(of: target, on: try day(date))?.price.input
        }
        #expect(try price(table.adding(own), "2026-11-21") == Money("5"))
        #expect(try price(table.adding(own), "2025-07-01") == Money("5"))
        #expect(try price(table.adding(own), "2025-05-31") == Money("9"))
    }

    @Test("Each fault is told with its line")
    func faults() throws {
        let yaml = """
            version: 7
            prices:
              - provider: bedrock
                model: anthropic.claude-3-haiku-20240307-v1
                region: "*"
                profile: sideways
                validFrom: 2026-02-30
                input: -1
                source: nobody
                checked: 2026-01-01
                colour: blue
            """
        let error = #expect(throws: FileError.self) {
            try PriceFile(yaml: yaml, file: "own.yaml", registry: .bundled())
        }
        let lines = try #require(error).description.split(separator: "\n")
        let wanted = [
            "own.yaml:3:5: 'prices[0]' lacks 'output'. Add the key 'output'.",
            "own.yaml:4:12: 'prices[0].model' is 'anthropic.claude-3-haiku-20240307-v1', which is no model of the registry",
            "own.yaml:6:14: 'prices[0].profile' is 'sideways', which is no known kind of profile. Known: in-region,",
            "own.yaml:7:16: 'prices[0].validFrom' is no day. Write one as 2026-01-17.",
            "own.yaml:8:12: 'prices[0].input' is no amount. Write the dollars for a million tokens",
            "own.yaml:11:5: 'prices[0].colour' is not a key that is known here.",
        ]
        #expect(lines.count == wanted.count)
        for (line, beginning) in zip(lines, wanted) { #expect(line.hasPrefix(beginning), "\(line)") }
    }

    @Test("A row of a provider that nobody knows is a fault, and one of a configured provider is not")
    func providers() throws {
        let providers = try ProvidersFile(
            yaml: """
                providers:
                  - id: acme
                    kind: openai-compatible
                    name: Acme
                    baseURL: https://acme.example/v1
                    models: [{id: m-1, vendor: acme, context: 1000, output: 100}]
                """, file: "providers.yaml")
        func file(_ provider: String) throws -> PriceFile {
            try PriceFile(
                yaml: """
                    version: a
                    prices:
                      - {provider: \(provider), model: m-1, validFrom: 2026-01-01, input: 1, output: 2, source: nobody,
                         checked: 2026-01-01}
                    """, file: "own.yaml", registry: .bundled(with: providers))
        }
        #expect(try file("acme").rows.map(\.provider) == ["acme"])
        let error = #expect(throws: FileError.self) { try file("acne") }
        let fault = "own.yaml:3:16: 'prices[0].provider' is 'acne', which is no provider that is known."
        let text = error?.description ?? ""
        #expect(text.hasPrefix(fault) && text.contains("Did you mean 'acme'?"), "\(text)")
        #expect(try file("another-installation").rows.count == 1)
    }

    @Test("A row may be for a model that only a sync has found if it says so, and for no other")
    func unlisted() throws {
        func file(_ model: String) throws -> PriceFile {
            try PriceFile(
                yaml: """
                    version: a
                    prices:
                      - {provider: bedrock, model: "\(model)", unlisted: true, validFrom: 2026-01-01, input: 1, output: 2,
                         source: nobody, checked: 2026-01-01}
                    """, file: "own.yaml", registry: .bundled())
        }
        #expect(try file("acme.chat-v1:0").rows.map(\.model) == ["acme.chat-v1:0"])
        let error = #expect(throws: FileError.self) { try file("amazon.nova-lite-v1:0") }
        #expect(error?.description.contains("a model of the registry. Take 'unlisted' out.") == true)
    }

    @Test(
        "What is no file of prices is refused",
        arguments: [
            "", "prices: [", "version: a", "version: a\nprices: {}", "- a", "version: a\nversion: b\nprices: []",
        ])
    func malformed(yaml: String) {
        #expect(throws: FileError.self) { try PriceFile(yaml: yaml, file: "prices.yaml") }
    }

    @Test("Two rows for the same from the same day on are refused")
    func twice() {
        let error = #expect(throws: FileError.self) {
            try PriceFile(yaml: file(row("model: a") + row("model: a", input: "2")), file: "own.yaml")
        }
        #expect(
            error?.description.contains("'prices[1]' is for the same as line 3, from the same day on. Keep one") == true
        )
    }

    @Test("Usage is charged with its cached part, however the provider counts that")
    func usage() throws {
        let price = TokenPrice(
            input: Money(nanoDollars: 1_000_000_000), output: Money(nanoDollars: 2_000_000_000),
            cacheRead: Money(nanoDollars: 100_000_000))
        let plain = TokenUsage(inputTokens: 100, outputTokens: 10)
        #expect(price.cost(of: plain.billed(outputLimit: 10)) == Money(nanoDollars: 120_000))
        let within = TokenUsage(inputTokens: 100, outputTokens: 10, totalTokens: 110, cacheReadTokens: 40)
        #expect(price.cost(of: within.billed(outputLimit: 10)) == Money(nanoDollars: 84_000))
        let apart = TokenUsage(inputTokens: 60, outputTokens: 10, totalTokens: 110, cacheReadTokens: 40)
        #expect(price.cost(of: apart.billed(outputLimit: 10)) == Money(nanoDollars: 84_000))
        let nonsense = TokenUsage(inputTokens: -5, outputTokens: -1, totalTokens: -9, cacheReadTokens: .min)
        #expect(price.cost(of: nonsense.billed(outputLimit: 10)) == .zero)
    }
}
