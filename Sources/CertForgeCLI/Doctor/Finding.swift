/// Something that `certforge doctor` has to say.
struct Finding: Sendable, Hashable, Encodable {
    enum Severity: String, Sendable, Hashable, Encodable, CaseIterable {
        /// Worth knowing; changes no exit code.
        case notice
        /// Whether it is so could not be found out.
        case unchecked
        case warning
        case error
    }

    var severity: Severity
    /// What is the case.
    var what: String
    /// What comes of it.
    var why: String
    /// What to do, a command where there is one.
    var cure: String

    static func error(_ what: String, why: String, cure: String) -> Finding {
        Finding(severity: .error, what: what, why: why, cure: cure)
    }

    static func warning(_ what: String, why: String, cure: String) -> Finding {
        Finding(severity: .warning, what: what, why: why, cure: cure)
    }

    static func notice(_ what: String, why: String, cure: String) -> Finding {
        Finding(severity: .notice, what: what, why: why, cure: cure)
    }

    static func unchecked(_ what: String, cure: String) -> Finding {
        Finding(severity: .unchecked, what: what, why: "Nothing is known about it.", cure: cure)
    }
}
