import CertificationStore
import Foundation
import Logging
import Messaging
import MessagingRabbitMQ
import Postgres
import ServiceRuntime

extension HealthCheck {
    /// Without the database, or with one that lacks a migration, the gateway can do nothing. In a rolling update the
    /// database is newer than the gateways that have not been replaced yet: they must go on.
    static func database(_ client: PostgresClient, logger: Logger) -> HealthCheck {
        HealthCheck("database") {
            do {
                return .migrations(pending: try await migrator(of: client, logger: logger).pending())
            } catch let error as PostgresError where error.code == .migration {
                return await stateOfMisfit(of: client)
            } catch {
                return .failed("\(error)")
            }
        }
    }

    private static func migrator(of client: PostgresClient, logger: Logger) -> Migrator {
        Migrator(
            client: client, schema: CertificationStore.schema, migrations: CertificationStore.migrations,
            logger: logger)
    }

    /// Of the ways in which applied migrations can differ from those that are known, only being newer is harmless.
    private static func stateOfMisfit(of client: PostgresClient) async -> State {
        do {
            let rows = try await client.query(
                "SELECT name FROM \(identifier: CertificationStore.schema).schema_migrations")
            return .migrations(
                applied: try rows.map { try $0.decode("name") }, known: CertificationStore.migrations.map(\.name))
        } catch {
            return .failed("\(error)")
        }
    }

    /// Open circuits keep targets waiting, whatever the gateway does.
    static func circuits(_ store: CertificationStore) -> HealthCheck {
        HealthCheck("circuits") {
            do {
                return try await store.limits().trouble.map(State.degraded) ?? .healthy()
            } catch {
                return .degraded("cannot be read: \(error)")
            }
        }
    }

    /// Without the broker the gateway still takes jobs: the outbox keeps their messages.
    static func broker(_ broker: RabbitMQBroker) -> HealthCheck {
        HealthCheck("broker") {
            broker.publishingTrouble.map { .degraded($0) } ?? .healthy()
        }
    }
}

extension HealthCheck {
    /// Without their consumer dead letters pile up in their queue, and nobody sees them in the API.
    static func deadLetters(_ consumer: BatchConsumer) -> HealthCheck {
        HealthCheck("dead-letters") {
            consumer.isConsuming
                ? .healthy() : .degraded("the queue 'dead-letter' is not consumed; letters wait in it")
        }
    }

    /// Without the database the registry stays as it was.
    static func registry(_ holder: RegistryHolder) -> HealthCheck {
        HealthCheck("registry") {
            let summary = holder.state.summary(now: Date())
            return holder.state.failure.map { .degraded("\(summary); it cannot be read again: \($0)") }
                ?? .healthy(summary)
        }
    }

    /// Full, the gateway refuses new jobs and does everything else.
    static func outbox(_ room: OutboxRoom) -> HealthCheck {
        HealthCheck("outbox") {
            guard let backlog = room.backlog() else { return .degraded("cannot be measured") }
            let words = "\(backlog) messages wait for the broker, \(room.limit) at most"
            return backlog < room.limit
                ? .healthy(words) : .degraded("\(words); new jobs are refused until some are sent")
        }
    }
}

extension HealthCheck.State {
    static func migrations(pending: [String]) -> HealthCheck.State {
        pending.isEmpty ? .healthy() : .failed("migrations are missing: \(pending.listed); run 'certforge migrate'")
    }

    /// The state of a database whose migrations are not exactly those that are known: degraded when it has all of them
    /// and only later ones beside.
    static func migrations(applied: [String], known: [String]) -> HealthCheck.State {
        let missing = known.filter { !applied.contains($0) }
        guard missing.isEmpty else { return .migrations(pending: missing) }
        let foreign = applied.filter { !known.contains($0) }.sorted()
        guard !foreign.isEmpty, let latest = known.max(), foreign.allSatisfy({ $0 > latest }) else {
            return .failed("its migrations are not those of any version of this gateway: \(applied.sorted().listed)")
        }
        return .degraded("has migrations that are newer than this gateway: \(foreign.listed); update the gateway")
    }
}
