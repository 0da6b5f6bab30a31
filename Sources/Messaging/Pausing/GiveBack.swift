/// Thrown by a handler that cannot do its work now through no fault of the message, for example because the database is
/// out of reach: the message goes back to its queue, for whichever consumer can, and it was no attempt.
///
/// While the gate is open the message is held for a second first, so that the same handler does not get it again at once:
/// brokers count deliveries, and dead-letter after so many.
package struct GiveBack: Error, Hashable, CustomStringConvertible {
    /// Why, for the log.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
