/// An amount in US dollars, exact to a billionth: prices per token are fractions of a millionth.
///
/// Sums and products that do not fit, beyond nine milliards of dollars, stay at the limit instead of trapping: amounts come
/// of what providers report.
package struct Money: Sendable, Hashable, Comparable, Codable {
    package var nanoDollars: Int64

    package static let zero = Money(nanoDollars: 0)

    package init(nanoDollars: Int64) {
        self.nanoDollars = nanoDollars
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoDollars < right.nanoDollars }

    package static func + (left: Self, right: Self) -> Self {
        let (sum, overflow) = left.nanoDollars.addingReportingOverflow(right.nanoDollars)
        return Money(nanoDollars: overflow ? limit(negative: left.nanoDollars < 0) : sum)
    }

    package static func - (left: Self, right: Self) -> Self {
        let (difference, overflow) = left.nanoDollars.subtractingReportingOverflow(right.nanoDollars)
        return Money(nanoDollars: overflow ? limit(negative: left.nanoDollars < 0) : difference)
    }

    package static func * (amount: Self, factor: Int) -> Self {
        let (product, overflow) = amount.nanoDollars.multipliedReportingOverflow(by: Int64(factor))
        return Money(nanoDollars: overflow ? limit(negative: (amount.nanoDollars < 0) != (factor < 0)) : product)
    }

    package static func += (left: inout Self, right: Self) { left = left + right }

    /// What `count` things cost of which a million cost this much, rounded up to the next billionth of a dollar, so that no
    /// thing is free whose price is not zero. `count` is at least 0.
    package func perMillion(times count: Int) -> Self {
        guard nanoDollars > 0, count > 0 else { return .zero }
        let (high, low) = nanoDollars.multipliedFullWidth(by: Int64(count))
        guard high < 1_000_000 else { return Money(nanoDollars: .max) }
        let (quotient, remainder) = Int64(1_000_000).dividingFullWidthIfPossible((high, low))
        guard let quotient else { return Money(nanoDollars: .max) }
        return Money(nanoDollars: quotient) + Money(nanoDollars: remainder > 0 ? 1 : 0)
    }

    /// The amount times `factor`, rounded up to the next billionth of a dollar. `factor` is at least 0.
    package func scaled(by factor: Double) -> Self {
        let product = (Double(nanoDollars) * factor).rounded(.up)
        return Money(nanoDollars: Int64(exactly: product) ?? Self.limit(negative: product < 0))
    }

    private static func limit(negative: Bool) -> Int64 { negative ? .min : .max }
}

extension FixedWidthInteger where Self == Int64 {
    /// The quotient is nil when it does not fit.
    fileprivate func dividingFullWidthIfPossible(_ dividend: (high: Int64, low: UInt64)) -> (Int64?, Int64) {
        // Both are positive: the quotient fits just when the upper half is less than half of the divisor.
        guard dividend.high < self / 2 else { return (nil, 0) }
        let (quotient, remainder) = dividingFullWidth(dividend)
        return (quotient, remainder)
    }
}
