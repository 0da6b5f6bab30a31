package import Foundation

/// How throttling ends an attempt.
package enum ThrottlePatience: Sendable, Hashable {
    /// As other trouble that passes: the attempt counts.
    case countsAsAttempt
    /// An attempt that met nothing worse is put off and does not count.
    case putsOff
    /// It has been put off often enough: the verdict says that it was throttled.
    case isExhausted

    /// How often a certification is put off at most.
    package static let limit = 20
    /// For how many seconds after it was put off first.
    package static let longest: TimeInterval = 3_600

    /// How long a certification may still be put off that was put off first at `since`.
    package static func left(since: Date?, at now: Date) -> Duration {
        .seconds(longest - (since.map { max(0, now.timeIntervalSince($0)) } ?? 0))
    }

    /// What a certification has left that was put off `count` times, the first time at `since`.
    package init(after count: Int, since: Date?, at now: Date) {
        let isLate = since.map { now.timeIntervalSince($0) >= Self.longest } ?? false
        self = count >= Self.limit || isLate ? .isExhausted : .putsOff
    }
}
