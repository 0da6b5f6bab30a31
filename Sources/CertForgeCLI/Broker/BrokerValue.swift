import Contracts

/// A value of an argument or a policy, as RabbitMQ keeps it.
enum BrokerValue: Sendable, Hashable {
    case text(String)
    case number(Int)
    case flag(Bool)
    /// A fraction, a list or a table: nothing that CertForge sets, so that only its being there matters.
    case other

    init(_ value: Topology.Policy.Value) {
        switch value {
        case .text(let text): self = .text(text)
        case .number(let number): self = .number(number)
        }
    }
}

extension BrokerValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .other
        }
    }
}

extension BrokerValue: CustomStringConvertible {
    var description: String {
        switch self {
        case .text(let text): text.terminalSafe
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .other: "(a list or table)"
        }
    }
}

/// Arguments or a policy's definition. RabbitMQ writes an empty one as `[]` in some places.
struct BrokerTable: Sendable, Hashable, Decodable {
    var values: [String: BrokerValue]

    init(_ values: [String: BrokerValue] = [:]) {
        self.values = values
    }

    init(from decoder: any Decoder) throws {
        if let values = try? decoder.singleValueContainer().decode([String: BrokerValue].self) {
            self.values = values
        } else {
            let list = try decoder.singleValueContainer().decode([BrokerValue].self)
            guard list.isEmpty else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "a list stands in place of a table"))
            }
            values = [:]
        }
    }

    subscript(key: String) -> BrokerValue? { values[key] }
}
