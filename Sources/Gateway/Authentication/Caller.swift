/// Who sent a request, as the verified token says.
struct Caller: Sendable, Hashable {
    /// The token's subject; jobs belong to it.
    let subject: String
    /// What the token permits. Nothing is decided by it yet.
    let scopes: Set<String>
}
