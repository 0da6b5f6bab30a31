import Contracts
import Foundation

/// A notification that this process may send, for as long as the lease lasts.
struct ClaimedNotification: Sendable {
    var id: NotificationID
    var fence: Int64
    /// From 1.
    var attempt: Int
    var recipient: String
    /// With its angle brackets.
    var mailMessageID: String
    /// What the mail is about.
    var subject: NotifiedEvent
    var trace: TraceContext?
    var createdAt: Date
}
