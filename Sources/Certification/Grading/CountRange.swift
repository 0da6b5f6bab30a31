import Contracts
import Foundation

/// How many of something there must be. In a suite: a number for exactly so many, or `{atLeast: 2, atMost: 5}`.
package struct CountRange: Sendable, Hashable, CustomStringConvertible {
    /// From 0.
    package var atLeast: Int
    /// Nil when there may be any number.
    package var atMost: Int?

    package init(atLeast: Int = 0, atMost: Int? = nil) {
        self.atLeast = atLeast
        self.atMost = atMost
    }

    package static func exactly(_ count: Int) -> CountRange { CountRange(atLeast: count, atMost: count) }

    package func contains(_ count: Int) -> Bool { count >= atLeast && atMost.map { count <= $0 } ?? true }

    /// `exactly 3`, `at least 2`, `at most 5`, `2 to 5`.
    package var description: String {
        switch (atLeast, atMost) {
        case (let least, let most?) where least == most: "exactly \(least)"
        case (0, let most?): "at most \(most)"
        case (let least, let most?): "\(least) to \(most)"
        case (let least, nil): "at least \(least)"
        }
    }
}

extension CountRange {
    // A number, or fields of which `others` are somebody else's.
    init(_ form: SuiteForm, others: [String] = []) throws {
        if case .number = form.value {
            self = .exactly(try form.integer(in: 0...1_000_000))
            return
        }
        let fields = try form.fields(["atLeast", "atMost"] + others)
        let least = try fields["atLeast"]?.integer(in: 0...1_000_000)
        let most = try fields["atMost"]?.integer(in: 0...1_000_000)
        guard least != nil || most != nil else { throw form.error("needs atLeast, atMost or both") }
        if let least, let most, most < least {
            throw form.error("has an atMost (\(most)) under its atLeast (\(least))")
        }
        self.init(atLeast: least ?? 0, atMost: most)
    }

    var form: JSONValue {
        if let atMost, atMost == atLeast { return .number(Decimal(atMost)) }
        return .object(fields)
    }

    var fields: [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        if atLeast > 0 || atMost == nil { fields["atLeast"] = .number(Decimal(atLeast)) }
        if let atMost { fields["atMost"] = .number(Decimal(atMost)) }
        return fields
    }
}
