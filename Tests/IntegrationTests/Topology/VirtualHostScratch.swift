import Curl
import Foundation
import ServiceRuntime
import Testing

@testable import CertForgeCLI

/// A virtual host of one test's own on the test broker.
enum VirtualHostScratch {
    static let administrator = "certforge"

    /// Lends a new, empty virtual host, which is deleted afterwards.
    static func run(_ body: (BrokerTarget) async throws -> Void) async throws {
        let name = "test-" + UUID().uuidString.lowercased()
        let target = try BrokerTarget(settings(virtualHost: name))
        try await target.management.change(.put, "vhosts/\(name)", what: "make a virtual host")
        try await target.management.change(
            .put, "permissions/\(name)/\(administrator)", ["configure": ".*", "write": ".*", "read": ".*"],
            what: "permit")
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(target)) } catch { outcome = .failure(error) }
        try await target.management.change(.delete, "vhosts/\(name)", what: "delete a virtual host")
        try outcome.get()
    }

    static func managementURL() throws -> String {
        try #require(
            ProcessInfo.processInfo.environment["TEST_RABBITMQ_MANAGEMENT_URL"],
            "TEST_RABBITMQ_MANAGEMENT_URL must name a broker's management API")
    }

    static func settings(virtualHost: String, _ others: [String: String] = [:]) throws -> ServiceSettings {
        ServiceSettings(
            values: [
                "RABBITMQ_MANAGEMENT_URL": try managementURL(), "RABBITMQ_VIRTUAL_HOST": virtualHost,
            ].merging(others) { $1 })
    }
}
