package import Foundation

/// Where a model stands in its life (Bedrock `ListFoundationModels`, `modelLifecycle`).
package struct ModelLifecycle: Sendable, Hashable, Codable {
    package enum Status: String, Sendable, Hashable, Codable {
        case active = "ACTIVE"
        case legacy = "LEGACY"
        /// Gone from the provider's list.
        case retired = "RETIRED"
    }

    package var status: Status
    /// When it became or becomes legacy.
    package var legacyFrom: Date?
    /// When it stops to answer.
    package var endOfLife: Date?

    package init(status: Status, legacyFrom: Date? = nil, endOfLife: Date? = nil) {
        self.status = status
        self.legacyFrom = legacyFrom
        self.endOfLife = endOfLife
    }
}
