import Foundation

extension Date {
    /// Milliseconds since 1970, rounded: what a result document can carry, so that what is computed of dates comes out
    /// alike before and after.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

    var toMilliseconds: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
