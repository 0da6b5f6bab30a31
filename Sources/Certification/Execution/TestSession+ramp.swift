import Contracts

extension TestSession {
    /// More and more clients at once, until all steps are done, too few calls are answered, or the account's quota is
    /// reached, which says nothing against the model.
    mutating func ramp(_ call: TestCall, clients steps: [Int], callsPerStep: Int) async {
        var reached = 0
        for clients in steps {
            // A step of one settles what the model does not take, before several meet it at once.
            let exchanges =
                clients == 1 ? await serially(call, callsPerStep) : await parallel(call, clients, callsPerStep)
            guard let exchanges else { return }
            let step = RampStep(clients: clients, exchanges: exchanges)
            note(step)
            if let end = step.ending { return conclusion.conclude(end) }
            for answer in exchanges.compactMap(\.answer) {
                conclusion.add(Exchange(record: nil, result: .success(answer), elapsed: .zero), to: call, of: test)
            }
            guard conclusion.outcome == .pass else { return }
            if step.isThrottled {
                guard step.answered > 0 || reached > 0 else {
                    return conclusion.conclude(exchanges.compactMap(\.error).first ?? .rampFailed)
                }
                conclusion.explain("\(reached) clients at once were served; \(clients) were throttled.")
                return
            }
            if let error = exchanges.compactMap(\.error).first, step.answered == 0 { return conclusion.conclude(error) }
            guard step.isServed else {
                conclusion.explain(
                    """
                    \(reached) clients at once were served; of \(clients), \(step.answered) of \(exchanges.count) calls \
                    were answered.
                    """)
                return
            }
            reached = clients
            conclusion.measure("clients-served", Double(reached))
        }
        conclusion.explain("\(reached) clients at once were served.")
    }

    private mutating func note(_ step: RampStep) {
        let name = "clients-\(step.clients)"
        conclusion.measure("\(name)-calls", Double(step.exchanges.count))
        if let success = step.success { conclusion.measure("\(name)-success", success) }
        conclusion.measure("\(name)-throttle-rate", step.throttleRate)
        measure(name, step.latencies)
    }

    /// - Returns: nil when the task was cancelled.
    private mutating func serially(_ call: TestCall, _ count: Int) async -> [Exchange]? {
        var exchanges: [Exchange] = []
        for _ in 0..<count {
            guard var exchange = await exchange(call) else { return nil }
            exchange.record?.concurrency = 1
            // At once: whatever ends the step, the call was made and is paid for.
            conclusion.add(exchange.record)
            exchanges.append(exchange)
            if exchange.endsClient { break }
        }
        return exchanges
    }

    private mutating func parallel(_ call: TestCall, _ clients: Int, _ count: Int) async -> [Exchange]? {
        let requests = (0..<max(clients, count)).map { _ in adaptation.adapted(call.request.prefixed(with: nonce())) }
        let caller = caller
        let exchanges = await withTaskGroup(of: [Exchange].self) { group in
            for client in 0..<clients {
                let own = stride(from: client, to: requests.count, by: clients).map { requests[$0] }
                group.addTask {
                    var exchanges: [Exchange] = []
                    for request in own where !Task.isCancelled {
                        let exchange = await caller.make(request, for: call, concurrency: clients)
                        exchanges.append(exchange)
                        if exchange.endsClient { break }
                    }
                    return exchanges
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        for exchange in exchanges { conclusion.add(exchange.record) }
        guard !Task.isCancelled else {
            conclusion.concludeCancelled()
            return nil
        }
        return exchanges
    }
}

extension Exchange {
    /// Whether a client that met this has nothing to gain from another call.
    fileprivate var endsClient: Bool {
        error.map { $0.category.isThrottle || !$0.category.isRetryable } ?? false
    }
}

/// What came of a number of clients at once.
private struct RampStep {
    /// Of the calls that the quota let through, so many must be answered.
    private static let servedShare = 0.95

    let clients: Int
    let exchanges: [Exchange]

    var answered: Int { exchanges.count { $0.answer != nil } }
    private var throttled: Int { exchanges.count { $0.error?.category.isThrottle == true } }
    var isThrottled: Bool { throttled > 0 }
    var throttleRate: Double { exchanges.isEmpty ? 0 : Double(throttled) / Double(exchanges.count) }
    /// Of the calls that the quota let through; nil when it let none.
    var success: Double? {
        exchanges.count > throttled ? Double(answered) / Double(exchanges.count - throttled) : nil
    }
    var isServed: Bool { success.map { $0 >= Self.servedShare } ?? false }
    var latencies: [Double] { exchanges.filter { $0.answer != nil }.compactMap { $0.record?.latencyMs } }
    /// What no further call would change.
    var ending: ProviderError? { exchanges.compactMap(\.error).first { !$0.category.isRetryable } }
}

extension ProviderError {
    fileprivate static let rampFailed = ProviderError(category: .throttledRequests, code: "", message: "")
}
