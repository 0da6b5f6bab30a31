package import Contracts

/// A check of an answer. Pure: the same answer always gets the same grade.
package enum Grader: Sendable, Hashable {
    /// What a text says when a pattern is nowhere in it.
    package enum Unmatched: String, Sendable, Hashable, Codable {
        /// The answer is wrong.
        case fail
        /// The answer holds nothing that could be graded.
        case noAnswer
    }

    /// There is something: visible text, or a call of a tool.
    case nonEmpty
    /// The text holds at least one of the strings.
    case includes(anyOf: [String], caseSensitive: Bool = false)
    /// The text holds none of the strings, whatever their case.
    case excludes([String])
    /// The pattern matches somewhere. A pattern that can't be read is the grader's own error.
    case regex(String, whenUnmatched: Unmatched)
    /// The words and numbers occur in this order, with anything between them. Whole words only: 10 holds no 1.
    case sequence([String])
    /// The text has letters, and none of them is lowercase.
    case uppercase
    /// The text is at least so long, without white space at its ends.
    case minimumCharacters(Int)
    /// The text has at least so many lines that are not blank.
    case minimumLines(Int)
    /// The model stopped for one of the reasons.
    case stopReason(in: [StopReason])
    /// Usage was reported, and at most so many tokens were put out.
    case outputTokens(atMost: Int)
    /// Text came in at least so many chunks at times that differ: an answer that was buffered has one.
    case chunks(atLeast: Int)
    /// The stream said once, and only once, that the message is over.
    case singleMessageStop
    /// Both kinds of tokens were counted, and their total is their sum.
    case usageReported
    /// The whole text equals one of the strings, after white space at its ends is set aside: code point by code point if
    /// `caseSensitive`, else whatever the case and the Unicode normal form.
    case exact(anyOf: [String], caseSensitive: Bool = false)
    /// The text's last number is within `tolerance` of `value`. Currency signs, thousands separators and `*`, `_` are set
    /// aside; `%` is not. A text without a number is no answer.
    case numeric(Double, tolerance: Double = 0)
    /// The text is JSON and equal to the value, whatever the order of the keys; nil when any JSON will do. A text around
    /// the JSON or a code fence fails unless `isExtracted` allows it.
    case json(equals: JSONValue? = nil, isExtracted: Bool = false)
    /// The text is JSON that the schema accepts.
    case jsonSchema(JSONValue, isExtracted: Bool = false)
    /// A call of a tool. Each part that is given must hold: right name, arguments valid against the request's schema of that
    /// tool, arguments equal to these.
    case toolCall(name: String?, schema: JSONValue? = nil, arguments: JSONValue? = nil)
    /// So many tools were called: 0 for a question that none of them helps with.
    case toolCalls(ClosedRange<Int>)
    /// The model refused, by text or by stop reason; with false: it did not.
    case refusal(Bool)
    /// From the start of the request to the last byte, in milliseconds.
    case latency(atMostMs: Double)
    /// From the start of the request to the first chunk, in milliseconds.
    case timeToFirstToken(atMostMs: Double)
    /// The order of a stream's events was right.
    case eventOrder
    /// A rule of form that a program can check.
    case format(FormatRule)
    /// Several graders, of which all, one or some must pass.
    case group(GraderGroup)
}

/// What a grader thinks of an answer.
package enum Grade: Sendable, Hashable {
    case pass
    case fail(String)
    case noAnswer(String)
    /// The grader itself could not decide.
    case graderError(String)

    /// Several graders' judgement of one answer. An answer without content is no answer, whatever else is wrong with
    /// it; and it is wrong when one grader says so, whether or not another could decide.
    package static func combined(_ grades: [Grade]) -> Grade {
        grades.max { $0.weight < $1.weight } ?? .pass
    }

    private var weight: Int {
        switch self {
        case .pass: 0
        case .graderError: 1
        case .fail: 2
        case .noAnswer: 3
        }
    }
}
