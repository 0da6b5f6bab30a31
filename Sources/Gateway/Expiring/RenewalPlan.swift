import Certification
import CertificationStore
import Contracts
import Foundation

/// When schedules will certify targets again.
struct RenewalPlan: Sendable {
    private struct Key: Hashable {
        var target: Target
        var suite: SuiteID
    }

    private var renewals: [Key: CertificateExpiring.Renewal] = [:]

    /// What the schedules mean for these certificates; one whose request is not valid any more renews nothing, and one that
    /// runs too late, or certifies with another suite, is not worked out.
    init(of certificates: [EndingCertificate], by schedules: [ScheduleRecord], planner: SchedulePlanner, now: Date) {
        let lastEnds = Dictionary(certificates.map { ($0.suite, $0.expiresAt) }, uniquingKeysWith: max)
        for schedule in schedules {
            guard let due = schedule.nextDue, let end = lastEnds[planner.suite(of: schedule)], due < end,
                case .job(let job) = try? planner.work(of: schedule, due: due, now: now)
            else { continue }
            let renewal = CertificateExpiring.Renewal(schedule: schedule.plan.name, due: due)
            for target in job.targets where target.unsupported == nil {
                let key = Key(target: target.target, suite: job.suite)
                if let earlier = renewals[key], earlier.due <= due { continue }
                renewals[key] = renewal
            }
        }
    }

    /// The run that replaces a certificate before it ends; nil when there is none.
    func renewal(of certificate: EndingCertificate) -> CertificateExpiring.Renewal? {
        let key = Key(target: certificate.certification.target, suite: certificate.suite)
        guard let renewal = renewals[key], renewal.due < certificate.expiresAt else { return nil }
        return renewal
    }
}
