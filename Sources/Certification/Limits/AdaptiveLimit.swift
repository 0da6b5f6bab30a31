package import Foundation

/// Which share of its quota a downstream is used with: cut by half when it throttles, grown again slowly.
package struct AdaptiveLimit: Sendable, Hashable, Codable {
    package enum Change: Sendable, Hashable {
        case none
        case cut
        case grown
    }

    /// The least share; a sixteenth keeps something flowing that can report success.
    package static let minimum = 0.0625
    /// By how much the share grows.
    package static let step = 0.1
    /// Seconds of success between two steps, and the longest time that one episode of throttling lasts.
    package static let interval: TimeInterval = 30
    /// Seconds without growth after an error of the service.
    package static let pause: TimeInterval = 60

    /// `minimum` to 1.
    package private(set) var factor = 1.0
    /// When it was cut last.
    package private(set) var cutAt: Date?
    /// Whether throttling still belongs to the cut before.
    private var isEpisode = false
    /// Since when success has counted toward the next step.
    private var growingSince: Date?
    private var pausedUntil: Date?

    package init() {}

    /// An attempt was throttled. Attempts that ran together are throttled together, and cut once.
    package mutating func throttled(at now: Date) -> Change {
        guard !isThrottling(at: now) else { return .none }
        factor = max(Self.minimum, factor / 2)
        cutAt = now
        isEpisode = true
        growingSince = now
        return .cut
    }

    /// An attempt went well. One that began before the cut tells nothing about the rate after it.
    package mutating func succeeded(startedAt: Date, at now: Date) -> Change {
        if let cutAt, startedAt > cutAt { isEpisode = false }
        guard factor < 1, !isThrottling(at: now), pausedUntil.map({ now >= $0 }) ?? true,
            now.timeIntervalSince(growingSince ?? now) >= Self.interval
        else { return .none }
        factor = min(1, factor + Self.step)
        growingSince = now
        return .grown
    }

    /// The service itself failed: no reason to send less, but none to send more.
    package mutating func failed(at now: Date) {
        guard factor < 1 else { return }
        pausedUntil = now.addingTimeInterval(Self.pause)
    }

    private func isThrottling(at now: Date) -> Bool {
        guard isEpisode, let cutAt else { return false }
        return now.timeIntervalSince(cutAt) < Self.interval
    }
}
