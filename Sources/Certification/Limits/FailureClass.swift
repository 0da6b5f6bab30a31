/// The kinds of trouble that a whole region can have. Throttling is none of them: it is the adaptive limit's business.
package enum FailureClass: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// The service answers that it is down.
    case server = "server-error"
    /// It cannot be reached, or does not answer in time.
    case network
    /// It refuses the runner's credentials.
    case credentials

    /// As the end of a sentence.
    package var phrase: String {
        switch self {
        case .server: "server errors"
        case .network: "network errors and timeouts"
        case .credentials: "credentials refused"
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension ErrorCategory {
    /// The trouble of the region that an error of this category hints at; nil for what concerns one model, one request or
    /// the account's quota.
    package var failureClass: FailureClass? {
        switch self {
        case .serviceUnavailable, .serviceInternal: .server
        case .network, .timeout, .streamError: .network
        case .runnerAuthentication: .credentials
        default: nil
        }
    }
}
