import MessagingTesting
import Testing

@Suite("The in-memory broker keeps the rules of messaging")
struct InMemoryConformanceTests {
    @Test("Conformance", arguments: MessagingConformance.allCases)
    func conformance(_ rule: MessagingConformance) async throws {
        try await rule.run(on: InMemoryBroker())
    }
}
