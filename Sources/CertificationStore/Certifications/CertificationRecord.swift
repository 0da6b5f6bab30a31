package import Certification
package import Contracts
package import Foundation

/// The certification of one target as it is stored.
package struct CertificationRecord: Sendable, Hashable {
    package var id: CertificationID
    package var jobID: JobID
    package var target: Target
    package var modelName: String?
    package var status: CertificationStatus
    /// Attempts begun, from 0.
    package var attempts: Int
    /// 0–5 with one decimal; nil when the target was not judged.
    package var rating: Double?
    package var badge: Badge?
    package var reasonCode: String?
    package var reason: String?
    package var remedy: String?
    /// Until when the certificate holds; nil when none was issued.
    package var certifiedUntil: Date?
    package var queuedAt: Date
    /// When the first attempt began.
    package var startedAt: Date?
    package var finishedAt: Date?
    /// When the next attempt falls due; nil unless the status is `RETRYING`.
    package var nextAttemptAt: Date?
    /// Until when a limit or an open circuit keeps it waiting; nil when none does, and while it runs.
    package var deferredUntil: Date?
    /// Which limit or circuit, in a few words.
    package var deferredBecause: String?
    /// What its calls are charged by; nil when nobody knows.
    package var price: AppliedPrice?
    /// What its calls have cost so far; nil when none was made.
    package var spending: Spending?
    /// The certification whose valid certificate stands for this one; nil when the target is or was tested.
    package var reusedFrom: CertificationID?
    /// The certificate that it brought, or that stands for it; nil when there is none.
    package var certificate: HeldCertificate?

    /// The outcome as events and mails carry it. The model's id stands in for a missing name.
    package var summary: CertificationSummary {
        CertificationSummary(
            certificationID: id, target: target, modelName: modelName ?? target.model.rawValue, status: status,
            rating: rating, badge: badge, reasonCode: reasonCode, reason: reason, remedy: remedy, attempts: attempts,
            certifiedUntil: certifiedUntil, cost: spending.map(CostSummary.init), reusedFrom: reusedFrom)
    }
}

/// Which current certifications to list; empty or nil fields match everything.
package struct CertificationFilter: Sendable, Hashable {
    package var provider: ProviderID?
    package var models: [ModelID]
    package var regions: [Region]
    package var statuses: [CertificationStatus]

    package init(
        provider: ProviderID? = nil, models: [ModelID] = [], regions: [Region] = [],
        statuses: [CertificationStatus] = []
    ) {
        self.provider = provider
        self.models = models
        self.regions = regions
        self.statuses = statuses
    }
}

/// Where a page of current certifications ended: the last one of it.
package struct CertificationCursor: Sendable, Hashable {
    package var last: CertificationID

    package init(last: CertificationID) {
        self.last = last
    }
}
