extension ManagementAPI {
    private struct VirtualHost: Decodable { var name: String }

    /// What the virtual host holds.
    ///
    /// - Throws: `ManagementFailure`; `noVirtualHost` when there is none of that name, or the user may not see it.
    func state(of virtualHost: String) async throws -> BrokerState {
        let hosts: [VirtualHost] = try await get("vhosts", what: "list the virtual hosts")
        guard hosts.contains(where: { $0.name == virtualHost }) else {
            let names = hosts.map { "'\($0.name.terminalSafe)'" }.joined(separator: ", ")
            throw ManagementFailure(
                .noVirtualHost,
                "The broker has no virtual host '\(virtualHost)' that this user may see"
                    + (names.isEmpty ? "." : ", only \(names).")
                    + " Set RABBITMQ_VIRTUAL_HOST to the right one, or make it: rabbitmqctl add_vhost \(virtualHost)")
        }
        let host = virtualHost.pathSegment
        return BrokerState(
            virtualHost: virtualHost, exchanges: try await get("exchanges/\(host)", what: "list the exchanges"),
            queues: try await get("queues/\(host)", what: "list the queues"),
            bindings: try await get("bindings/\(host)", what: "list the bindings"),
            policies: try await get("policies/\(host)", what: "list the policies"),
            operatorPolicies: try await getIfAllowed("operator-policies/\(host)", what: "list the operator policies"),
            access: try await access(to: virtualHost))
    }

    /// Nil when the user is no administrator.
    private func access(to virtualHost: String) async throws -> BrokerState.Access? {
        guard let users: [BrokerState.User] = try await getIfAllowed("users", what: "list the users"),
            let permissions: [BrokerState.Permission] = try await getIfAllowed(
                "permissions", what: "list the permissions"),
            let topics: [BrokerState.TopicPermission] = try await getIfAllowed(
                "topic-permissions", what: "list the topic permissions")
        else { return nil }
        return BrokerState.Access(
            users: users, permissions: permissions.filter { $0.vhost == virtualHost },
            topicPermissions: topics.filter { $0.vhost == virtualHost })
    }
}
