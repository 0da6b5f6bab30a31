import Contracts

/// The colours of a status in HTML. They repeat what the words say, for those who see them.
struct StatusColours: Sendable {
    var text: String
    var background: String

    init(_ status: CertificationStatus) {
        (text, background) =
            switch status {
            case .certified: ("#146c2e", "#e2f3e6")
            case .qualityWarning: ("#7a4f00", "#fdf0cf")
            case .failed: ("#a61b1b", "#fbe3e3")
            case .unsupported: ("#4a4a4a", "#e8e8e8")
            case .inconclusive, .retrying: ("#3a3f8f", "#e6e7f8")
            case .cancelled, .queued, .processing: ("#4a4a4a", "#f3f3f3")
            }
    }
}
