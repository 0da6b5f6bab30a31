import Certification
package import Foundation

/// Until when a certificate holds, and what sets that limit.
package struct CertificateExpiry: Sendable, Hashable {
    /// What ends a certificate.
    package enum Cause: String, Sendable, Codable, CaseIterable {
        case suiteLifetime = "suite-lifetime"
        case modelLegacy = "model-legacy"
        case modelEndOfLife = "model-end-of-life"
        case rubricChange = "rubric-change"
        case priceChange = "price-change"

        /// Completes the sentence "It expires then because …".
        package var phrase: String {
            switch self {
            case .suiteLifetime: "the suite lets its certificates hold no longer"
            case .modelLegacy: "the provider declares the model legacy then"
            case .modelEndOfLife: "the provider withdraws the model then"
            case .rubricChange: "another rubric holds from then on"
            case .priceChange: "another price holds from then on"
            }
        }
    }

    package var date: Date
    package var cause: Cause

    /// The earliest of all limits that lie ahead. What has changed already, such as a model that is legacy, was so when the
    /// certificate was issued and ends nothing.
    ///
    /// - Returns: nil when the model is gone, so that there is nothing to certify.
    package static func earliest(issuedAt: Date, under terms: CertificateTerms) -> CertificateExpiry? {
        if let end = terms.lifecycle?.endOfLife, end <= issuedAt { return nil }
        if terms.lifecycle?.status == .retired { return nil }
        let lifetime = TimeInterval(max(1, terms.suiteLifetimeDays)) * 86_400
        let limits: [(Date?, Cause)] = [
            (issuedAt.addingTimeInterval(lifetime), .suiteLifetime), (terms.lifecycle?.endOfLife, .modelEndOfLife),
            (terms.lifecycle?.legacyFrom, .modelLegacy), (terms.rubricValidUntil, .rubricChange),
            (terms.price?.validUntil, .priceChange),
        ]
        return
            limits
            .compactMap { date, cause in date.map { CertificateExpiry(date: $0, cause: cause) } }
            .filter { $0.date > issuedAt }
            .min { $0.date < $1.date }
    }
}
