/// How much a transaction sees of others that run at the same time (PostgreSQL manual §13.2).
package enum TransactionIsolation: String, Sendable, Hashable, CaseIterable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}
