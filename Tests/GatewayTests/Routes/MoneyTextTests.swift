import Contracts
import Testing

@testable import Gateway

@Suite("Amounts of money")
struct MoneyTextTests {
    @Test(
        "They are written in dollars, exactly",
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_200_000, "0.0012"), (1_000_000_000, "1"), (12_500_000_000, "12.5"),
            (-250_000_000, "-0.25"),
        ] as [(Int64, String)])
    func text(nanoDollars: Int64, text: String) {
        #expect(Money(nanoDollars: nanoDollars).exactUSD == text)
    }
}
