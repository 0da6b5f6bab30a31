import Certification
import Contracts
import Foundation

@testable import Gateway

extension CostPolicy {
    /// Every model has a price, of a dollar and two for a million tokens, and no job needs to be confirmed.
    static func everythingCosts(threshold: Money = Money(nanoDollars: .max)) -> CostPolicy {
        CostPolicy(
            prices: PriceTable(version: "test", rows: [.everything].compactMap(\.self)),
            suites: (try? SuiteCatalog.bundled()) ?? SuiteCatalog(suites: []),
            confirmationThreshold: threshold)
    }
}

extension PriceRow {
    /// What the tests' models cost.
    static var everything: PriceRow? {
        guard let day = PriceDay("2020-01-01") else { return nil }
        return PriceRow(
            provider: .bedrock, model: nil, validFrom: day,
            price: TokenPrice(input: Money(nanoDollars: 1_000_000_000), output: Money(nanoDollars: 2_000_000_000)),
            source: "the tests", sourceDate: day)
    }
}
