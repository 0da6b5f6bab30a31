import Contracts
import Testing

@Suite("Money")
struct MoneyTests {
    @Test(
        "An amount is read exactly",
        arguments: [
            ("0.01", 10_000_000), ("1.5", 1_500_000_000), ("12", 12_000_000_000), ("$3", 3_000_000_000),
            ("0.000000001", 1), ("0", 0), ("999999999.999999999", 999_999_999_999_999_999),
        ])
    func reading(text: String, nanoDollars: Int64) {
        #expect(Money(text)?.nanoDollars == nanoDollars)
    }

    @Test(
        "What is no amount is refused",
        arguments: [
            "", ".5", "1.", "-1", "+1", "1e3", "1,5", "0.0000000001", "1000000000", " 1", "$", "1.2.3", "٣", "NaN",
            "0x1",
        ])
    func refusing(text: String) {
        #expect(Money(text) == nil)
    }

    @Test(
        "An amount is shown with as many places as it needs",
        arguments: [
            (0, "$0.00", "0.00"), (12_300_000, "$0.0123", "0.0123"), (1_500_000_000, "$1.50", "1.50"),
            (12_345_678_901, "$12.35", "12.345678901"), (35_000, "<$0.0001", "0.000035"),
            (999_960_000, "$1.0000", "0.99996"), (-12_300_000, "-$0.0123", "-0.0123"),
        ] as [(Int64, String, String)])
    func showing(nanoDollars: Int64, shown: String, exact: String) {
        let amount = Money(nanoDollars: nanoDollars)
        #expect(amount.description == shown)
        #expect(amount.decimal == exact)
    }

    @Test("The exact form is read back as the same amount", arguments: [0, 1, 10_000_000, 12_345_678_901] as [Int64])
    func roundTrip(nanoDollars: Int64) {
        let amount = Money(nanoDollars: nanoDollars)
        #expect(Money(amount.decimal) == amount)
    }

    @Test("Tokens are charged by the million, and a fraction is rounded up")
    func perMillion() {
        let price = Money(nanoDollars: 35_000_000)
        #expect(price.perMillion(times: 1) == Money(nanoDollars: 35))
        #expect(price.perMillion(times: 1_000_000) == price)
        #expect(Money(nanoDollars: 1).perMillion(times: 1) == Money(nanoDollars: 1))
        #expect(price.perMillion(times: 0) == .zero)
        #expect(Money.zero.perMillion(times: 1_000) == .zero)
    }

    @Test("What does not fit stays at the limit")
    func overflow() {
        let most = Money(nanoDollars: .max)
        #expect(most + Money(nanoDollars: 1) == most)
        #expect(Money(nanoDollars: .min) - Money(nanoDollars: 1) == Money(nanoDollars: .min))
        #expect(most * 2 == most)
        #expect(Money(nanoDollars: -5) * .max == Money(nanoDollars: .min))
        #expect(Money(nanoDollars: 999_999_999_000_000_000).perMillion(times: .max) == most)
        #expect(most.perMillion(times: 2_000_000) == most)
        #expect(most.scaled(by: 10) == most)
        #expect(Money(nanoDollars: 100).scaled(by: 1.5) == Money(nanoDollars: 150))
        #expect(
            Money(nanoDollars: 1).scaled(by: 1.1) == Money(nanoDollars: 2), "an estimate is never below what it is of")
    }
}
