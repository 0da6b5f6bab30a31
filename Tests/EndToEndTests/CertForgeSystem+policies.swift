import Curl
import Foundation
import LocalSystem

extension CertForgeSystem {
    /// Lets a queue hold so many messages and refuse the rest, in place of the topology's own policy.
    func limitQueue(_ queue: String, length: Int) async throws {
        let key = "TEST_RABBITMQ_MANAGEMENT_URL"
        guard let management = ProcessInfo.processInfo.environment[key], var parts = URLComponents(string: management),
            let user = parts.user, let password = parts.password
        else { throw EndToEndFailure("\(key) must have a user and a password") }
        parts.user = nil
        parts.password = nil
        let definition = #"{"max-length":\#(length),"overflow":"reject-publish","delivery-limit":20}"#
        let pattern = "^" + queue.replacing(".", with: "[.]") + "$"
        let answer = try await HTTP.call(
            .put, "\(parts.string ?? management)/api/policies/\(virtualHost)/test-limit",
            headers: [
                "Authorization": "Basic " + Data("\(user):\(password)".utf8).base64EncodedString(),
                "Content-Type": "application/json",
            ],
            body: Data(
                #"{"pattern":"\#(pattern)","apply-to":"queues","priority":100,"definition":\#(definition)}"#.utf8))
        guard answer.status < 300 else { throw EndToEndFailure("The policy was not taken: \(answer.status)") }
    }
}
