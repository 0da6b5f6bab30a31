import Contracts

/// A version of RabbitMQ, of which only the numbers count.
struct BrokerVersion: Comparable, CustomStringConvertible {
    let numbers: [Int]

    /// Reads `4.3.1`, `3.10.8+deb12` or `4.3.0-rc.1`; nil when it does not begin with a number.
    init?(_ text: String) {
        let core = text.prefix { $0.isNumber || $0 == "." }
        numbers = core.split(separator: ".").compactMap { Int($0) }
        if numbers.isEmpty { return nil }
    }

    static func < (left: BrokerVersion, right: BrokerVersion) -> Bool {
        for index in 0..<max(left.numbers.count, right.numbers.count) {
            let pair = (left.number(index), right.number(index))
            if pair.0 != pair.1 { return pair.0 < pair.1 }
        }
        return false
    }

    private func number(_ index: Int) -> Int { index < numbers.count ? numbers[index] : 0 }

    var description: String { numbers.map(String.init).joined(separator: ".") }
}

extension Check {
    private struct Overview: Decodable { var rabbitmq_version: String }

    /// Whether the broker can be asked at all, and what its version is known for.
    static let broker = Check("broker") { surroundings in
        do {
            let overview: Overview = try await surroundings.brokerTarget().management.get(
                "overview", what: "tell its version")
            return judge(brokerVersion: overview.rabbitmq_version)
        } catch let failure as ManagementFailure where failure.kind == .unreachable {
            return [
                .error(
                    failure.description,
                    why: "Without the broker no certification begins; gateways keep jobs in the outbox meanwhile.",
                    cure: "Start the broker: systemctl start rabbitmq-server, or look at its log.")
            ]
        }
    }

    static func judge(brokerVersion text: String) -> [Finding] {
        guard let version = BrokerVersion(text), let oldest = BrokerVersion("3.10"), let fixed = BrokerVersion("4.3.3"),
            let free = BrokerVersion("4.3"), let fourth = BrokerVersion("4.0")
        else {
            return [
                .unchecked("The broker's version '\(text.terminalSafe)' is not known.", cure: "Look at it yourself.")
            ]
        }
        guard version >= oldest else {
            return [
                .error(
                    "RabbitMQ \(version) is older than 3.10.",
                    why: "Quorum queues have no message TTL and no at-least-once dead lettering there.",
                    cure: "Upgrade the broker, best to 4.3.5 or later.")
            ]
        }
        var findings: [Finding] = []
        if version < free {
            findings.append(
                .notice(
                    "RabbitMQ \(version) counts every message that is given back towards the delivery limit.",
                    why:
                        "Each drain or lost connection of a consumer costs each message that it held one of 20 deliveries.",
                    cure: "Keep prefetch small, as it is; from 4.3 only rejects and lost connections count."))
        }
        if version >= fourth, version < fixed {
            findings.append(
                .warning(
                    "RabbitMQ \(version) can stop dead lettering at least once for good.",
                    why: "Before 4.3.3 the process that does it may hang after a cluster's members change (#16652): "
                        + "expired messages then pile up unseen.",
                    cure: "Upgrade to 4.3.5 or later; until then restart the queue's leader after such a change."))
        }
        return findings
    }
}
