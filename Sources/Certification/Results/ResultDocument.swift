package import Contracts
package import Foundation

/// A certification's result with everything that its verdict depends on, so that it can be rated again anywhere.
///
/// The format is `certforge-result/1`, JSON (`docs/certification.md`, Rating again). It holds no text that is not sanitised.
package struct ResultDocument: Sendable, Hashable, Codable {
    /// Names the format and its version.
    package static let format = "certforge-result/1"

    package var format: String
    package var certification: CertificationID
    package var target: Target
    package var suite: SuiteOutline
    package var facts: JudgingFacts
    /// Of all attempts.
    package var results: [TestResult]
    /// Why tests did not run; nil when all did, or when that is not known.
    package var interruption: ErrorCategory?
    package var rubricVersion: Int
    package var judgedAt: Date
    /// The version of the program that judged.
    package var softwareVersion: String
    /// As it was given then.
    package var verdict: Verdict

    /// `outline` has the suite's tests, for a verdict that does not say them. Nil when it is not known which tests were judged.
    package init?(
        certification: CertificationID, target: Target, verdict: Verdict, results: [TestResult],
        softwareVersion: String,
        outline: SuiteOutline? = nil
    ) {
        guard let suite = verdict.basis?.outline ?? outline else { return nil }
        format = Self.format
        self.certification = certification
        self.target = target
        self.suite = suite
        facts = verdict.basis?.facts ?? JudgingFacts()
        if facts.elsewhere == nil, verdict.reasonCode == ErrorCategory.regionUnavailable.rawValue {
            facts.elsewhere = verdict.reason.flatMap { Elsewhere(than: target.region, sentence: $0) }
        }
        // What a later attempt brought had no part in this verdict.
        self.results = results.filter { $0.finishedAt.milliseconds <= verdict.judgedAt.milliseconds }
        interruption = verdict.basis?.interruption
        rubricVersion = verdict.rubricVersion
        judgedAt = verdict.judgedAt
        self.softwareVersion = softwareVersion
        self.verdict = verdict
        // It is what the other fields say.
        self.verdict.basis = nil
    }

    /// Judges the results by a rubric, at the time of the verdict that there is.
    package func verdict(by rubric: Rubric) -> Verdict {
        Judge(rubric: rubric).verdict(
            on: TestHistory(outline: suite, results: results), facts: facts, interruption: interruption,
            at: judgedAt)
    }
}

/// What is wrong with a result document.
package enum ResultDocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    case unreadable(String)
    case otherFormat(String)
    case unknownRubric(Int, known: [Int])

    package var description: String {
        switch self {
        case .unreadable(let reason):
            "The file is no result of a certification: \(reason) Write one with 'certforge result ID > FILE'."
        case .otherFormat(let format):
            "The file's format is '\(UntrustedText(format).line(limit: 60))', and this program reads "
                + "'\(ResultDocument.format)'. Use the version of certforge that wrote it."
        case .unknownRubric(let version, let known):
            "There is no rubric \(version); use one of \(known.map(String.init).joined(separator: ", "))."
        }
    }
}

extension ResultDocument {
    /// The document as JSON: sorted keys, RFC 3339 dates in UTC with milliseconds.
    package func json() throws -> Data { try Self.encoder.encode(self) }

    /// Reads a document.
    ///
    /// - Throws: `ResultDocumentError` when it is none, or of another format.
    package init(json: Data) throws(ResultDocumentError) {
        struct Head: Decodable {
            var format: String
        }
        do {
            let head = try Self.decoder.decode(Head.self, from: json)
            guard head.format == Self.format else { throw ResultDocumentError.otherFormat(head.format) }
            self = try Self.decoder.decode(ResultDocument.self, from: json)
        } catch let error as ResultDocumentError {
            throw error
        } catch {
            throw .unreadable(Self.explanation(of: error))
        }
    }

    private static func explanation(of error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context)?:
            "'\(place(of: context.codingPath + [key]))' is missing."
        case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?, .dataCorrupted(let context)?:
            "'\(place(of: context.codingPath))' is not what belongs there: "
                + UntrustedText(context.debugDescription).line(limit: 200) + "."
        case nil: "\(error)."
        @unknown default: "\(error)."
        }
    }

    /// For example `results[0].outcome`.
    private static func place(of path: [any CodingKey]) -> String {
        path.reduce("") { place, key in
            if let index = key.intValue { return "\(place)[\(index)]" }
            return place.isEmpty ? key.stringValue : "\(place).\(key.stringValue)"
        }
    }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.rfc3339Milliseconds)
        }
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            do {
                let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
                return try Date(text, strategy: style).toMilliseconds
            } catch {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text)' is no date such as 2026-01-31T12:00:00.000Z")
            }
        }
        return decoder
    }
}
