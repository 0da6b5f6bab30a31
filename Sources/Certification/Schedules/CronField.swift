/// One of the five fields of a cron expression: what it may hold.
package enum CronField: String, Sendable, Hashable, CaseIterable {
    case minute, hour
    case dayOfMonth = "day of month"
    case month
    case dayOfWeek = "day of week"

    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        // Both 0 and 7 are Sunday.
        case .dayOfWeek: 0...7
        }
    }

    /// The number that a text stands for, within the range or not; nil when it is neither a number nor a name.
    func value(of text: Substring) -> Int? {
        if let number = Self.number(text) { return number }
        let name = text.lowercased()
        switch self {
        case .minute, .hour, .dayOfMonth: return nil
        case .month: return Self.months.firstIndex(of: name).map { $0 + 1 }
        case .dayOfWeek: return Self.days.firstIndex(of: name)
        }
    }

    /// One to four digits; nil for anything else.
    static func number(_ text: Substring) -> Int? {
        (1...4).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
}

/// The values that a field lets pass.
struct CronSet: Sendable, Hashable {
    private var bits: UInt64 = 0
    /// Whether the field begins with `*`, which decides how days are combined and what a change of the clocks does.
    private(set) var isStarred = false

    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }

    /// In ascending order.
    var values: [Int] { (0..<64).filter(contains) }

    /// Reads a list of `*`, values, ranges and steps (crontab(5)).
    init(_ text: Substring, for field: CronField) throws(CronFlaw) {
        isStarred = text.hasPrefix("*")
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            try insert(item, field)
        }
        if field == .dayOfWeek, contains(7) { bits |= 1 }
    }

    private mutating func insert(_ item: Substring, _ field: CronField) throws(CronFlaw) {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isSpan = parts[0] == "*" || parts[0].contains("-")
        var step = 1
        if parts.count == 2 {
            guard isSpan, let value = CronField.number(parts[1]), (1...field.range.upperBound).contains(value) else {
                throw CronFlaw(field, "'\(item)' is no step. Write '*/n' or 'a-b/n', n from 1.")
            }
            step = value
        }
        let span = try span(parts[0], field)
        for value in stride(from: span.lowerBound, through: span.upperBound, by: step) {
            bits |= 1 << UInt64(value)
        }
    }

    private func span(_ text: Substring, _ field: CronField) throws(CronFlaw) -> ClosedRange<Int> {
        // Sunday once: as 0.
        if text == "*" { return field == .dayOfWeek ? 0...6 : field.range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let first = ends.first, let last = ends.last else {
            throw CronFlaw(field, "'\(text)' is no range. Write it as 'a-b'.")
        }
        let (low, high) = (try value(first, field), try value(last, field))
        guard low <= high else {
            throw CronFlaw(field, "The range '\(text)' ends before it begins. Write two, separated by a comma.")
        }
        return low...high
    }

    private func value(_ text: Substring, _ field: CronField) throws(CronFlaw) -> Int {
        guard let value = field.value(of: text), field.range.contains(value) else {
            let range = "\(field.range.lowerBound) to \(field.range.upperBound)"
            let names = field == .month ? " or JAN to DEC" : field == .dayOfWeek ? " or SUN to SAT" : ""
            throw CronFlaw(field, "'\(text)' is not from \(range)\(names).")
        }
        return value
    }
}

/// What is wrong with a cron expression, in a sentence that says what to write instead.
package struct CronFlaw: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field that is at fault; nil when it is the expression as a whole.
    package let field: CronField?
    package let description: String

    init(_ field: CronField? = nil, _ advice: String) {
        self.field = field
        description = field.map { "In the field '\($0.rawValue)': \(advice)" } ?? advice
    }
}
