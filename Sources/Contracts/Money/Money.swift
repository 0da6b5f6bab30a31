/// An amount in US dollars, exact to a billionth: prices per token are fractions of a millionth.
package struct Money: Sendable, Hashable, Comparable, Codable {
    package var nanoDollars: Int64

    package static let zero = Money(nanoDollars: 0)

    package init(nanoDollars: Int64) {
        self.nanoDollars = nanoDollars
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoDollars < right.nanoDollars }
    package static func + (left: Self, right: Self) -> Self { Money(nanoDollars: left.nanoDollars + right.nanoDollars) }
    package static func - (left: Self, right: Self) -> Self { Money(nanoDollars: left.nanoDollars - right.nanoDollars) }
}
