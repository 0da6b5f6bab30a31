/// Which promises of speed a model can be held to. Speed is never compared across classes.
package enum ServiceClass: String, Sendable, Hashable, Codable, CaseIterable {
    /// Built to answer fast and cheaply.
    case small
    case large
    /// Thinks before it speaks.
    case reasoning
}

/// How fast every call of a class has to be, each in milliseconds.
package struct ServiceLevelObjective: Sendable, Hashable, Codable {
    /// To the first chunk of any kind.
    package var ttftMs: Double
    /// To the first visible text.
    package var visibleTtftMs: Double
    /// Per output token after the first.
    package var tpotMs: Double
    /// To the last byte.
    package var latencyMs: Double

    func limit(of figure: ServiceLevelReport.Figure.Name) -> Double {
        switch figure {
        case .ttft: ttftMs
        case .visibleTtft: visibleTtftMs
        case .tpot: tpotMs
        case .latency: latencyMs
        }
    }
}

/// How a target stands to the service levels of its class.
package struct ServiceLevelReport: Sendable, Hashable, Codable {
    /// Why a target belongs to its class.
    package enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        /// Answers came with reasoning, or with its count of tokens.
        case observed
        /// The registry says so.
        case declared
        /// Nothing is known: the rubric's class for such models.
        case `default`
    }

    /// One time, and what it may be.
    package struct Figure: Sendable, Hashable, Codable {
        package enum Name: String, Sendable, Hashable, Codable, CaseIterable {
            case ttft
            case visibleTtft
            case tpot
            case latency

            func milliseconds(of call: CallRecord) -> Double? {
                switch self {
                case .ttft: call.ttftMs
                case .visibleTtft: call.visibleTtftMs
                case .tpot: call.tpotMs
                case .latency: call.latencyMs
                }
            }
        }

        package var name: Name
        package var limitMs: Double
        package var medianMs: Double
        package var count: Int
        /// Whether no first try brought a sample, so that later tries had to: a throttle must not hide how slow a model is.
        package var isFromRetries: Bool
    }

    package var serviceClass: ServiceClass
    package var source: Source
    /// Those that were measured.
    package var figures: [Figure]
    /// Requests of first tries that kept all limits.
    package var met: Int
    /// Requests of first tries that were answered, or failed by the service's fault. Throttled ones are not among them.
    package var requests: Int
    /// `met` per second that `requests` took; nil when none was met.
    package var goodputPerSecond: Double?

    /// `met` of `requests`, 0–1; nil without requests.
    package var share: Double? { Metrics.share(met, of: requests) }
}

extension ServiceLevelReport {
    /// Measures a history against the limits of the class that it belongs to.
    init(_ history: TestHistory, declared: ServiceClass?, levels: Rubric.ServiceLevels) {
        let timed = history.timedCalls
        let retried = history.timedCallsOfAllTries
        if retried.contains(where: \.hasThought) {
            (serviceClass, source) = (.reasoning, .observed)
        } else if let declared {
            (serviceClass, source) = (declared, .declared)
        } else {
            (serviceClass, source) = (levels.defaultClass, .default)
        }
        let objective = levels.objective(of: serviceClass)
        figures = Figure.Name.allCases.compactMap { Figure($0, objective, timed: timed, retried: retried) }
        met = timed.count(where: objective.isMet)
        let faults = history.telling.filter {
            $0.ending == .failed && $0.errorCategory?.countsAgainstAvailability == true
        }
        requests = timed.count + faults.count
        let taken = (timed + faults).reduce(0) { $0 + $1.latencyMs }
        goodputPerSecond = met > 0 && taken > 0 ? (Double(met) / taken * 1_000_000).rounded() / 1000 : nil
    }
}

extension ServiceLevelReport.Figure {
    fileprivate init?(
        _ name: Name, _ objective: ServiceLevelObjective, timed: [CallRecord], retried: [CallRecord]
    ) {
        let first = timed.compactMap(name.milliseconds).sorted()
        let samples = first.isEmpty ? retried.compactMap(name.milliseconds).sorted() : first
        guard let median = Distribution.nearestRank(50, of: samples) else { return nil }
        self.init(
            name: name, limitMs: objective.limit(of: name), medianMs: median, count: samples.count,
            isFromRetries: first.isEmpty)
    }
}

extension ServiceLevelObjective {
    /// Whether a call kept every limit that it can be measured by.
    fileprivate func isMet(by call: CallRecord) -> Bool {
        ServiceLevelReport.Figure.Name.allCases.allSatisfy { name in
            name.milliseconds(of: call).map { $0 <= limit(of: name) } ?? true
        }
    }
}
