/// One call for a connection.
struct PoolWaiterID: Hashable, Sendable {
    let number: Int
}

/// Who has which connection, who waits, and for how long. It performs nothing: its answers say what to do.
///
/// A pool of n has n slots. A slot is lent with a connection in it, or as a vacancy: the right to open one.
struct PoolStateMachine<Connection> {
    typealias WaiterID = PoolWaiterID

    /// What a caller is lent.
    enum Slot {
        case connection(Connection)
        /// The caller opens a connection; it gives it back by `giveBack`, or gives up by `vacate`.
        case vacancy
    }

    enum Acquisition {
        case lend(Slot)
        case wait
        case refuseClosed
    }

    enum Return {
        case nothing
        case resume(WaiterID, with: Slot)
        /// The pool is closed: close the connection that was given back.
        case close(Connection)
    }

    private struct Waiter {
        let id: WaiterID
        let deadline: ContinuousClock.Instant
    }

    private let size: Int
    private let waitLimit: Duration
    private var idle: [Connection] = []
    private var lentCount = 0
    /// In order of arrival, which is the order of their deadlines.
    private var waiters: [Waiter] = []
    private var isClosed = false

    /// - Parameters:
    ///   - size: the number of slots; at least one.
    ///   - waitLimit: how long a caller waits.
    init(size: Int, waitLimit: Duration) {
        self.size = max(1, size)
        self.waitLimit = waitLimit
    }

    /// When the first waiter's time is up; nil when nobody waits.
    var nextDeadline: ContinuousClock.Instant? { waiters.first?.deadline }

    /// A caller wants a connection. The connection used last is lent first, so that the others may rest.
    mutating func acquire(_ waiter: WaiterID, at now: ContinuousClock.Instant) -> Acquisition {
        guard !isClosed else { return .refuseClosed }
        if let connection = idle.popLast() {
            lentCount += 1
            return .lend(.connection(connection))
        }
        guard lentCount >= size else {
            lentCount += 1
            return .lend(.vacancy)
        }
        waiters.append(Waiter(id: waiter, deadline: now + waitLimit))
        return .wait
    }

    /// A lent slot comes back with a usable connection.
    mutating func giveBack(_ connection: Connection) -> Return {
        guard !isClosed else {
            lentCount -= 1
            return .close(connection)
        }
        guard !waiters.isEmpty else {
            lentCount -= 1
            idle.append(connection)
            return .nothing
        }
        return .resume(waiters.removeFirst().id, with: .connection(connection))
    }

    /// A lent slot comes back without a connection: it was lost, or none could be opened.
    mutating func vacate() -> Return {
        guard !waiters.isEmpty else {
            lentCount -= 1
            return .nothing
        }
        return .resume(waiters.removeFirst().id, with: .vacancy)
    }

    /// A waiter's task was cancelled. False: it has been served or turned away already.
    mutating func abandon(_ waiter: WaiterID) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// Time has passed: the waiters whose time is up, to be turned away.
    mutating func expire(at now: ContinuousClock.Instant) -> [WaiterID] {
        let expired = waiters.prefix { $0.deadline <= now }
        waiters.removeFirst(expired.count)
        return expired.map(\.id)
    }

    /// No more lending: the idle connections to close and the waiters to turn away. Lent ones are closed as they come
    /// back.
    mutating func close() -> (connections: [Connection], waiters: [WaiterID]) {
        isClosed = true
        defer {
            idle = []
            waiters = []
        }
        return (idle, waiters.map(\.id))
    }
}

extension PoolStateMachine.Slot: Sendable where Connection: Sendable {}
extension PoolStateMachine.Slot: Equatable where Connection: Equatable {}
extension PoolStateMachine.Acquisition: Equatable where Connection: Equatable {}
extension PoolStateMachine.Return: Equatable where Connection: Equatable {}
