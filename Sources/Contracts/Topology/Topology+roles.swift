extension Topology {
    /// What one kind of user may do at the broker. Patterns are regular expressions over names; `^$` allows nothing.
    package struct Role: Sendable, Hashable {
        /// The user's name.
        package var name: String
        /// What the management API lets the user do, sorted.
        package var tags: [String]
        package var permission: Permission
        /// Which routing keys the user may publish and bind with; an exchange that is not here is not restricted further.
        package var topicPermissions: [TopicPermission]

        /// Rights to declare and delete, to publish or bind to, to consume.
        package struct Permission: Sendable, Hashable {
            package var configure: String
            package var write: String
            package var read: String

            package init(configure: String, write: String, read: String) {
                self.configure = configure
                self.write = write
                self.read = read
            }
        }

        package struct TopicPermission: Sendable, Hashable {
            package var exchange: ExchangeName
            package var write: String
            package var read: String
        }
    }
}

extension Topology.Role {
    private static let nothing = "^$"

    /// Publishes what the certification schema's outbox holds, and takes the dead letters in.
    ///
    /// Its routing keys are not restricted: it publishes all that there are, and a replayed dead letter has whatever key it
    /// came or was edited with. A refused one would close the channel and hold up the others; so it ends in `unrouted`.
    package static let gateway = Topology.Role(
        name: "certforge-gateway", tags: [],
        permission: Permission(
            configure: nothing, write: #"^certforge\.(jobs|events|dead-letter)$"#, read: "^dead-letter$"),
        topicPermissions: [])

    /// Publishes from the same outbox, in which any relay may find any row, and works through the requests.
    package static let processor = Topology.Role(
        name: "certforge-processor", tags: [],
        permission: Permission(
            configure: nothing, write: #"^certforge\.(jobs|events|dead-letter)$"#,
            read: #"^certification\.requests\.(high|normal|bulk)$"#),
        topicPermissions: [])

    /// Reads the ends of jobs and what is noticed about certificates. It publishes one again that it could not handle, and
    /// those that it gives up.
    package static let notifier = Topology.Role(
        name: "certforge-notifier", tags: [],
        permission: Permission(
            configure: nothing, write: #"^certforge\.(events|dead-letter)$"#, read: "^notifications$"),
        topicPermissions: [
            TopicPermission(exchange: .events, write: #"^(job|certificate)\.[a-z]+$"#, read: nothing)
        ])

    /// Declares the topology and looks after it.
    package static let `operator` = Topology.Role(
        name: "certforge-operator", tags: ["monitoring", "policymaker"],
        permission: Permission(configure: ours, write: ours, read: ours), topicPermissions: [])

    /// Reads queue depths over HTTP, as KEDA does. The right to a virtual host makes its queues visible; nothing more is
    /// needed.
    package static let monitoring = Topology.Role(
        name: "certforge-monitoring", tags: ["management"],
        permission: Permission(configure: nothing, write: nothing, read: nothing), topicPermissions: [])

    private static let ours =
        #"^(certforge\.(jobs|events|dead-letter|unrouted)|certification\.requests\.(high|normal|bulk)|notifications|dead-letter|unrouted)$"#
}
