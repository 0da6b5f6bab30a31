import ServiceLifecycle

/// The consumers of all lanes as one service.
///
/// A service group stops its services one after another: as services of their own, the last lane would go on taking
/// requests until the others have drained, and have no time left for its own.
struct LaneConsumers: Service {
    let lanes: [any Service]

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in lanes { group.addTask { try await lane.run() } }
            try await group.waitForAll()
        }
    }
}
