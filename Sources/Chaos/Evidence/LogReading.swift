import Foundation

/// What the lines of a service's log say.
struct LogReading {
    private let lines: [Substring]

    init(_ text: String) {
        lines = text.split(separator: "\n")
    }

    func count(_ message: String, _ detail: String = "") -> Int {
        lines.count { $0.contains("\"message\":\"\(message)") && (detail.isEmpty || $0.contains(detail)) }
    }

    private static let endings = [
        "Attempt ended", "The attempt was broken off", "The lease was lost", "The attempt ended too late",
        "The lease ran out",
    ]

    /// The certifications of attempts that began and did not end.
    var certificationsUnderWay: Set<UUID> {
        var underWay: Set<UUID> = []
        for line in lines {
            guard let message = Self.value(of: "message", in: line) else { continue }
            guard let id = Self.value(of: "certificationId", in: line).flatMap({ UUID(uuidString: String($0)) }) else {
                continue
            }
            if message == "Attempt begins" { underWay.insert(id) }
            if Self.endings.contains(where: { message.hasPrefix($0) }) { underWay.remove(id) }
        }
        return underWay
    }

    private static func value(of key: String, in line: Substring) -> Substring? {
        guard let start = line.range(of: "\"\(key)\":\"") else { return nil }
        return line[start.upperBound...].prefix { $0 != "\"" }
    }
}
