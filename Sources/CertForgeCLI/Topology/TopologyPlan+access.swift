import Contracts

extension TopologyPlan {
    /// Only users that exist are compared: an installation may call its users as it likes, and passwords are not our
    /// business.
    mutating func compareAccess(of topology: Topology, with state: BrokerState) {
        guard !topology.roles.isEmpty else { return }
        guard let access = state.access else {
            unknown.append(.invisibleUsers)
            return
        }
        for role in topology.roles {
            guard let user = access.users.first(where: { $0.name == role.name }) else {
                unknown.append(.missingUser(role))
                continue
            }
            if user.tags.sorted() != role.tags { conflicts.append(.tags(role, actual: user.tags.sorted())) }
            compare(role, with: access)
        }
    }

    private mutating func compare(_ role: Topology.Role, with access: BrokerState.Access) {
        let permission = access.permissions.first { $0.user == role.name }
        if let permission, role.permission == permission.rights {
            unchanged += 1
        } else {
            steps.append(.setPermission(role, instead: permission))
        }
        let topics = access.topicPermissions.filter { $0.user == role.name }
        for wanted in role.topicPermissions {
            let actual = topics.first { $0.exchange == wanted.exchange.rawValue }
            if let actual, actual.write == wanted.write, actual.read == wanted.read {
                unchanged += 1
            } else {
                steps.append(.setTopicPermission(role: role.name, wanted, instead: actual))
            }
        }
        let exchanges = Set(role.topicPermissions.map(\.exchange.rawValue))
        unknown += topics.filter { !exchanges.contains($0.exchange) }.map { .topicPermission($0) }
    }
}

extension BrokerState.Permission {
    var rights: Topology.Role.Permission {
        Topology.Role.Permission(configure: configure, write: write, read: read)
    }
}
