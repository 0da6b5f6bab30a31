import Postgres
import Testing

@Suite("PostgreSQL notifications")
struct NotificationTests {
    @Test("Listening begins with an empty element, brings payloads, and survives the end of its session")
    func listening() async throws {
        try await PostgresScratch.run { client, schema in
            var notifications = client.listen(to: schema).makeAsyncIterator()
            #expect(await notifications.next() == PostgresNotification(channel: schema, payload: ""))
            try await client.execute("SELECT pg_notify(\(schema), 'first')")
            #expect(await notifications.next()?.payload == "first")

            try await PostgresScratch.endSessions(of: client)
            #expect(await notifications.next()?.payload == "")
            try await client.execute("SELECT pg_notify(\(schema), 'second')")
            #expect(await notifications.next()?.payload == "second")
        }
    }

    @Test("A consumer that stops ends its session")
    func stopping() async throws {
        try await PostgresScratch.run { client, schema in
            do {
                let stream = client.listen(to: schema)
                for await _ in stream { break }
            }
            let observer = PostgresClient(
                configuration: try PostgresScratch.configuration(), logger: PostgresScratch.logger)
            let deadline = ContinuousClock.now + .seconds(60)
            var listening = 1
            while listening > 0, ContinuousClock.now < deadline {
                listening =
                    try await observer.query(
                        """
                        SELECT 1 FROM pg_stat_activity
                        WHERE application_name = \(client.configuration.applicationName) AND query LIKE 'LISTEN%'
                        """
                    ).count
            }
            #expect(listening == 0)
            await observer.close()
        }
    }

    @Test("Closing the client ends its streams")
    func closing() async throws {
        let client = PostgresClient(configuration: try PostgresScratch.configuration(), logger: PostgresScratch.logger)
        var notifications = client.listen(to: "certforge_test").makeAsyncIterator()
        #expect(await notifications.next() != nil)
        await client.close()
        #expect(await notifications.next() == nil)
    }
}
