import Foundation

/// A verdict's figures in a few lines.
struct FiguresReport {
    private let figures: FiguresAnswer

    init(_ figures: FiguresAnswer) {
        self.figures = figures
    }

    /// What there is to say, one subject a line, without indentation.
    var lines: [String] {
        [tests, calls, times, cost].compactMap(\.self) + capabilities + failures + findings
    }

    private var tests: String {
        var parts = [CoverageText(figures.coverage).words]
        if let rate = figures.successRate {
            parts.append("passed \(rate.percent)\(Self.range(figures.successInterval))")
        }
        if let quality = figures.quality {
            parts.append("quality \(quality.percent)\(Self.range(figures.qualityInterval))")
        }
        return "tests: " + parts.joined(separator: " · ")
    }

    private var calls: String {
        var parts = [figures.calls.counted("call")]
        if let availability = figures.availability { parts.append("availability \(availability.percent)") }
        if let throttled = figures.throttleRate { parts.append("throttle rate \(throttled.percent)") }
        if let unknown = figures.unknownErrors, unknown > 0 { parts.append("\(unknown.counted("UNKNOWN error"))") }
        return "calls: " + parts.joined(separator: " · ")
    }

    private var times: String? {
        var parts: [String] = []
        if let latency = figures.latencyP50Ms {
            parts.append("latency p50 \(latency.milliseconds)\(Self.sample(figures.latencySample))")
        }
        if let ttft = figures.ttftP50Ms {
            parts.append("first token p50 \(ttft.milliseconds)\(Self.sample(figures.ttftSample))")
        }
        if let speed = figures.outputTokensPerSecond {
            parts.append("\(speed.formatted()) tokens/s\(Self.sample(figures.throughputSample))")
        }
        if let level = figures.serviceLevel {
            parts.append("goodput \(level.met) of \(level.requests) within the limits of class \(level.serviceClass)")
        }
        return parts.isEmpty ? nil : "times: " + parts.joined(separator: " · ")
    }

    private var cost: String? { figures.costUsd.map { "cost: $\($0)" } }

    private var capabilities: [String] {
        let names = [
            ("works", "works"), ("broken", "broken though declared"), ("undeclared", "works though undeclared"),
            ("absent", "absent"), ("untested", "declared, not tested"),
        ]
        let parts = names.compactMap { finding, words -> String? in
            let found = figures.capabilities.filter { $0.finding == finding }.map(\.capability)
            return found.isEmpty ? nil : "\(words): \(found.joined(separator: ", "))"
        }
        return parts.isEmpty ? [] : ["capabilities: " + parts.joined(separator: " · ")]
    }

    private var failures: [String] { figures.topFailures.map(\.line) }

    private static func sample(_ sample: FiguresAnswer.Sample?) -> String {
        guard let sample else { return "" }
        return sample.isReliable ? " (n = \(sample.count))" : " (n = \(sample.count), too few to rely on)"
    }

    private var findings: [String] { (figures.findings ?? []).map { "found by \($0.test): \($0.explanation)" } }

    private static func range(_ interval: FiguresAnswer.Interval?) -> String {
        interval.map { " (95 %: \($0.lower.percent)–\($0.upper.percent))" } ?? ""
    }
}

extension FiguresAnswer.Failure {
    /// Which test did not pass, and why.
    var line: String { "\(outcome) \(test): \(explanation)" }
}

extension CoverageText {
    init(_ coverage: FiguresAnswer.Coverage) {
        self.init(
            judged: coverage.judged, applicable: coverage.applicable, total: coverage.total,
            reported: coverage.reported ?? 0)
    }
}

extension Double {
    /// A share as whole percents; what is not all or nothing is not rounded to it.
    var percent: String {
        let rounded = (self * 100).rounded()
        if self < 1, rounded == 100 { return ">99 %" }
        if self > 0, rounded == 0 { return "<1 %" }
        return "\(Int(rounded)) %"
    }

    fileprivate var milliseconds: String { self < 10_000 ? "\(Int(rounded())) ms" : "\((self / 100).rounded() / 10) s" }
}
