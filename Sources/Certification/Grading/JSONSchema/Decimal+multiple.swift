import Foundation

extension Decimal {
    var isWhole: Bool { isMultiple(of: 1) }

    /// Whether it is a whole number of `divisor`s, exactly: by the digits, without a division that would round.
    ///
    /// - Parameter divisor: Above 0.
    func isMultiple(of divisor: Decimal) -> Bool {
        guard let digits = UInt128("\(magnitude.significand)"), let divisorDigits = UInt128("\(divisor.significand)"),
            divisorDigits > 0
        else { return false }
        if digits == 0 { return true }
        var shift = exponent - divisor.exponent
        var divisorScaled = divisorDigits
        while shift < 0 {
            let (product, overflow) = divisorScaled.multipliedReportingOverflow(by: 10)
            if overflow { return false }
            divisorScaled = product
            shift += 1
        }
        var rest = digits % divisorScaled
        while shift > 0, rest != 0 {
            rest = divisorScaled.dividingFullWidth(rest.multipliedFullWidth(by: 10)).remainder
            shift -= 1
        }
        return rest == 0
    }
}
