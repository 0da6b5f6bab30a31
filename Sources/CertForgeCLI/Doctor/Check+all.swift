extension Check {
    /// Everything that the doctor looks at, in the order in which it is told.
    static let all: [Check] = [
        .broker, .guestUser, .featureFlags, .brokerAlarms, .diskLimit, .topology, .deadLettering, .consumerTimeout,
        .consumers, .deadLetters, .unrouted, .database, .databaseSettings, .databaseConnections, .longTransactions,
        .migrations, .outbox, .leases, .clocks, .tableSizes, .mailServer, .gateway, .signingKeys, .registry,
        .developmentSecrets,
    ]
}
