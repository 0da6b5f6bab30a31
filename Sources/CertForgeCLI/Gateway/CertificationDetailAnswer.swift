import Contracts

/// A certification with each test's result, as the gateway shows it; what the commands need of it.
struct CertificationDetailAnswer: Decodable, Sendable {
    struct Test: Decodable, Sendable {
        struct Trouble: Decodable, Sendable {
            var category: String
            var code: String
            var message: String
            var httpStatus: Int?
        }

        var test: String
        var outcome: String
        var explanation: String
        /// From 1.
        var attempt: Int
        var latencyMs: Double
        var calls: Int
        var outputTokens: Int?
        var error: Trouble?
        /// The beginning of the answer that decided.
        var excerpt: String?
        var providerRequestIds: [String]
    }

    struct Run: Decodable, Sendable {
        var attempt: Int
        var suite: String
        var suiteVersion: Int
        var rubricVersion: Int?
        var coverage: FiguresAnswer.Coverage?
    }

    var id: String
    var model: String
    var region: String
    var status: CertificationStatus
    var rating: Double?
    var badge: Badge?
    var reasonCode: String?
    var reason: String?
    var remedy: String?
    var reusedFrom: String?
    var runs: [Run]
    var tests: [Test]
}
