package import Certification
package import Contracts
import Crypto
package import Foundation

/// What a certification rests on, for whoever doubts it: which calls were made, when, what they brought, by hashes.
///
/// Texts of models and providers are named by their hashes; the texts themselves are added only when they are asked for.
/// The pack's digest leaves them out, so that both forms have the same one.
package struct EvidencePack: Sendable {
    /// What the fields mean.
    package enum Format: Int, Sendable {
        /// Times are cut to the millisecond, so that some are told a millisecond too early.
        case cutTimes = 1
        /// Times are told to the nearest millisecond, as everywhere else.
        case nearestTimes = 2
    }

    /// One attempt that ended.
    package struct Run: Sendable {
        package var id: RunID
        package var attempt: Int
        package var status: CertificationStatus
        package var softwareVersion: String
        package var startedAt: Date
        package var finishedAt: Date

        package init(
            id: RunID, attempt: Int, status: CertificationStatus, softwareVersion: String, startedAt: Date,
            finishedAt: Date
        ) {
            self.id = id
            self.attempt = attempt
            self.status = status
            self.softwareVersion = softwareVersion
            self.startedAt = startedAt
            self.finishedAt = finishedAt
        }
    }

    package var format = Format.nearestTimes
    package var certification: CertificationID
    package var target: Target
    package var suite: SuiteID
    package var suiteVersion: Int
    /// Nil for certifications of programs that noted none.
    package var suiteDigest: String?
    package var rubricVersion: Int?
    package var rubricDigest: String?
    /// Oldest first.
    package var runs: [Run]
    /// In the order in which they ended.
    package var results: [TestResult]

    package init(
        certification: CertificationID, target: Target, suite: SuiteID, suiteVersion: Int, suiteDigest: String?,
        rubricVersion: Int?, rubricDigest: String?, runs: [Run], results: [TestResult]
    ) {
        self.certification = certification
        self.target = target
        self.suite = suite
        self.suiteVersion = suiteVersion
        self.suiteDigest = suiteDigest
        self.rubricVersion = rubricVersion
        self.rubricDigest = rubricDigest
        self.runs = runs
        self.results = results
    }

    /// The pack as JSON; with `texts` also what its hashes of texts are of.
    package func json(texts: Bool) -> JSONValue {
        .fields([
            "format": JSONValue(format.rawValue),
            "certificationId": .string(certification.description),
            "target": .fields([
                "provider": .string(target.provider.rawValue), "model": .string(target.model.rawValue),
                "region": .string(target.region.rawValue), "profile": .string(target.profile.rawValue),
                "sha256": .string(target.digest),
            ]),
            "suite": .fields([
                "id": .string(suite.rawValue), "version": JSONValue(suiteVersion),
                "sha256": suiteDigest.map(JSONValue.string),
            ]),
            "rubric": rubricVersion.map { version in
                .fields(["version": JSONValue(version), "sha256": rubricDigest.map(JSONValue.string)])
            },
            "runs": .array(runs.map { $0.json(format) }),
            "tests": .array(results.map { $0.evidence(format, texts: texts) }),
        ])
    }

    /// The pack in the format in which it has a digest that a certificate names; as it is when it has it in none.
    package func matching(_ digest: String?) -> EvidencePack {
        guard let digest, self.digest != digest else { return self }
        var earlier = self
        earlier.format = .cutTimes
        return earlier.digest == digest ? earlier : self
    }

    /// SHA-256 of the canonical form without texts, in lowercase hexadecimal.
    package var digest: String { json(texts: false).canonicalDigest }

    /// What is wrong with a pack, as it was read from a file, of which a certificate names the digest; empty when nothing
    /// is. Every text that is there must have the hash that stands beside it.
    package static func faults(of pack: JSONValue, digest: String) -> [String] {
        guard case .object(var fields) = pack, case .array(let tests) = fields["tests"] else {
            return ["It is no evidence pack: it has no list 'tests'."]
        }
        var faults: [String] = []
        fields["tests"] = .array(
            tests.map { test in
                guard case .object(var test) = test else { return test }
                if let texts = test.removeValue(forKey: "texts") {
                    faults += Self.faults(of: texts, hashes: test["textHashes"], test: test["test"])
                }
                return .object(test)
            })
        if JSONValue.object(fields).canonicalDigest != digest {
            faults.append("Its digest is not the one that the certificate names: something in it was changed.")
        }
        return faults
    }

    private static func faults(of texts: JSONValue, hashes: JSONValue?, test: JSONValue?) -> [String] {
        var name = "a test"
        if case .string(let id) = test { name = "the test \(UntrustedText(id).line(limit: 100))" }
        guard case .object(let texts) = texts else { return ["The texts of \(name) are no object."] }
        guard case .object(let hashes) = hashes else { return ["The texts of \(name) have no hashes."] }
        return texts.keys.sorted().compactMap { key in
            guard case .string(let text) = texts[key], hashes[key] == .string(SHA256.hexadecimal(of: text)) else {
                return "The text '\(UntrustedText(key).line(limit: 40))' of \(name) does not have the hash beside it."
            }
            return nil
        }
    }
}

extension EvidencePack.Run {
    fileprivate func json(_ format: EvidencePack.Format) -> JSONValue {
        .fields([
            "id": .string(id.description), "attempt": JSONValue(attempt), "status": .string(status.rawValue),
            "graderVersion": .string(softwareVersion), "startedAt": format.time(startedAt),
            "finishedAt": format.time(finishedAt),
        ])
    }
}

extension TestResult {
    fileprivate func evidence(_ format: EvidencePack.Format, texts isTold: Bool) -> JSONValue {
        let texts = [
            "explanation": explanation, "excerpt": excerpt, "errorCode": error?.code, "errorMessage": error?.message,
        ].compactMapValues(\.self)
        return .fields([
            "test": .string(test.rawValue), "attempt": JSONValue(attempt), "outcome": .string(outcome.rawValue),
            "errorCategory": error.map { .string($0.category.rawValue) },
            "httpStatus": error?.httpStatus.map { JSONValue($0) },
            "capabilities": capabilities.isEmpty
                ? nil
                : .object(
                    Dictionary(uniqueKeysWithValues: capabilities.map { ($0.rawValue, .boolean($1)) })),
            "measures": measures.map { .object($0.mapValues { JSONValue($0) }) },
            "calls": .array(calls.map(\.evidence)),
            "textHashes": .object(texts.mapValues { .string(SHA256.hexadecimal(of: $0)) }),
            "texts": isTold ? .object(texts.mapValues { .string($0) }) : nil,
            "startedAt": format.time(startedAt), "finishedAt": format.time(finishedAt),
        ])
    }
}

extension CallRecord {
    fileprivate var evidence: JSONValue {
        .fields([
            "ending": .string(ending.rawValue), "isStreamed": .boolean(isStreamed),
            "requestSha256": requestDigest.map(JSONValue.string), "answerSha256": answerDigest.map(JSONValue.string),
            "providerRequestId": requestID.map(JSONValue.string), "calledModel": calledModel.map(JSONValue.string),
            "errorCategory": errorCategory.map { .string($0.rawValue) },
            "latencyMs": JSONValue(latencyMs), "ttftMs": ttftMs.map { JSONValue($0) },
            "visibleTtftMs": visibleTtftMs.map { JSONValue($0) }, "connectMs": connectMs.map { JSONValue($0) },
            "serverMs": serverMs.map { JSONValue($0) },
            "inputTokens": inputTokens.map { JSONValue($0) }, "outputTokens": outputTokens.map { JSONValue($0) },
        ])
    }
}

extension JSONValue {
    /// An object without the fields that have no value.
    static func fields(_ fields: [String: JSONValue?]) -> JSONValue { .object(fields.compactMapValues(\.self)) }
}

extension EvidencePack.Format {
    /// RFC 3339 in UTC with milliseconds.
    fileprivate func time(_ date: Date) -> JSONValue {
        switch self {
        case .cutTimes: .string(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        case .nearestTimes: .string(date.rfc3339Milliseconds)
        }
    }
}
