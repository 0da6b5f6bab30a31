package import Certification
package import Foundation

/// What a certificate rests on beside the results, as it was when the attempt was judged.
package struct CertificateTerms: Sendable, Hashable {
    /// One row of a price list.
    package struct Price: Sendable, Hashable {
        /// The row's name, for example `bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0@2026-11-01`.
        package var name: String
        /// SHA-256 of the row, in lowercase hexadecimal.
        package var digest: String?
        /// From when another price holds; nil when none is known.
        package var validUntil: Date?

        package init(name: String, digest: String? = nil, validUntil: Date? = nil) {
            self.name = name
            self.digest = digest
            self.validUntil = validUntil
        }
    }

    /// SHA-256 of the whole suite, in lowercase hexadecimal.
    package var suiteDigest: String
    /// How long a certificate of the suite holds, in days, from 1.
    package var suiteLifetimeDays: Int
    /// SHA-256 of the rubric, in lowercase hexadecimal; nil for one that is part of the program.
    package var rubricDigest: String?
    /// From when another rubric holds; nil when none is known.
    package var rubricValidUntil: Date?
    /// Nil when no price was known.
    package var price: Price?
    /// Nil when nobody has asked.
    package var lifecycle: ModelLifecycle?

    package init(
        suiteDigest: String, suiteLifetimeDays: Int = 7, rubricDigest: String? = nil, rubricValidUntil: Date? = nil,
        price: Price? = nil, lifecycle: ModelLifecycle? = nil
    ) {
        self.suiteDigest = suiteDigest
        self.suiteLifetimeDays = suiteLifetimeDays
        self.rubricDigest = rubricDigest
        self.rubricValidUntil = rubricValidUntil
        self.price = price
        self.lifecycle = lifecycle
    }
}

extension CertificateTerms {
    /// Notes by which rubric the verdict was made, and from when on another one holds.
    package mutating func judge(by version: Int, of rubrics: RubricCatalog) {
        rubricDigest = rubrics.rubric(version)?.digest
        rubricValidUntil = rubrics.end(of: version)
    }
}
