import Certification
package import Contracts
import Foundation

/// What a badge on somebody's page says of a target: two short texts and a colour.
package struct CertificateBadge: Sendable, Hashable {
    /// Where a target, or one certificate of it, stands.
    package enum State: Sendable, Hashable {
        case holds(CertificationStatus, rating: Double, badge: Badge)
        /// It would hold, but nobody signed it.
        case unsigned(rating: Double, badge: Badge)
        case expired
        case revoked
        /// It was revoked because ratings are made otherwise now, which is nothing against the model.
        case outdated
        case superseded
        /// The last verdict was no certificate.
        case notCertified(CertificationStatus)
        case unknown
    }

    /// A colour by its name at Shields and as CSS.
    package enum Color: String, Sendable, CaseIterable {
        case brightgreen
        case green
        case yellowgreen
        case yellow
        case orange
        case red
        case lightgrey

        package var css: String {
            switch self {
            case .brightgreen: "#4c1"
            case .green: "#97ca00"
            case .yellowgreen: "#a4a61d"
            case .yellow: "#dfb317"
            case .orange: "#fe7d37"
            case .red: "#e05d44"
            case .lightgrey: "#9f9f9f"
            }
        }
    }

    package let label: String
    package let message: String
    package let color: Color
    /// Whether it tells of trouble; Shields then lets nobody choose another colour.
    package let isError: Bool

    /// The name is what the target is called; a model's or a provider's own words are bounded and cleaned here.
    package init(name: String, state: State) {
        let label = UntrustedText(name).line(limit: 40)
        self.label = label.isEmpty ? "certforge" : label
        (message, color, isError) =
            switch state {
            case .holds(let status, let rating, let badge):
                ("\(badge.word) \(Self.text(rating))", Self.color(of: status, badge), false)
            case .unsigned(let rating, let badge): ("\(badge.word) \(Self.text(rating)) (unsigned)", .lightgrey, false)
            case .expired: ("expired", .lightgrey, true)
            case .revoked: ("revoked", .red, true)
            case .outdated: ("rubric changed", .lightgrey, true)
            case .superseded: ("superseded", .lightgrey, true)
            case .notCertified(.failed): ("failed", .orange, true)
            case .notCertified(.unsupported): ("unsupported", .lightgrey, true)
            case .notCertified, .unknown: ("not certified", .lightgrey, true)
            }
    }

    private static func color(of status: CertificationStatus, _ badge: Badge) -> Color {
        guard status == .certified else { return .yellow }
        return switch badge {
        case .premium: .brightgreen
        case .recommended: .green
        case .functional: .yellowgreen
        case .limited, .notRecommended, .unavailable: .yellow
        }
    }

    private static func text(_ rating: Double) -> String {
        rating.formatted(.number.precision(.fractionLength(1)).locale(Locale(identifier: "en_US_POSIX")))
    }
}

extension Badge {
    fileprivate var word: String { rawValue.lowercased().replacing("_", with: " ") }
}
