import Contracts

extension Check {
    static let unrouted = Check("unrouted messages") { surroundings in
        judge(unrouted: try await surroundings.queues().first { $0.name == QueueName.unrouted.rawValue }?.messages ?? 0)
    }

    static func judge(unrouted: Int) -> [Finding] {
        guard unrouted > 0 else { return [] }
        return [
            .error(
                "The queue unrouted holds \(unrouted.counted("message")).",
                why: "No binding took them, so nobody will work on them.",
                cure: "certforge topology apply, then publish them again (docs/operations.md, Dead letters appear).")
        ]
    }
}
