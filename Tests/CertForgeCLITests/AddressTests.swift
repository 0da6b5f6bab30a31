import Foundation
import ServiceRuntime
import Testing

@testable import CertForgeCLI

@Suite("The addresses that commands are given")
struct AddressTests {
    @Test(
        "A management address is taken apart into a URL and credentials",
        arguments: [
            ("http://guest:secret@127.0.0.1:15672", "http://127.0.0.1:15672", "guest:secret"),
            ("https://a:b@broker.example/", "https://broker.example", "a:b"),
            ("http://a%40b:p%2Fw%3A@broker:15672/api-root", "http://broker:15672/api-root", "a@b:p/w:"),
            ("http://a:@broker", "http://broker", "a:"),
        ])
    func management(_ text: String, _ url: String, _ credentials: String) throws {
        let address = try ManagementAddress(text)
        #expect(address.url == url)
        #expect(address.authorization == "Basic " + Data(credentials.utf8).base64EncodedString())
    }

    @Test(
        "What is no management address is refused without repeating its password",
        arguments: [
            "", "broker", "http://127.0.0.1:15672", "http://hunter2@broker", "amqp://a:hunter2@broker",
            "http://a:hunter2@", "a:hunter2@broker",
        ])
    func faultyManagement(_ text: String) {
        let failure = #expect(throws: ConfigurationFailure.self) { try ManagementAddress(text) }
        #expect(
            failure?.description
                == "RABBITMQ_MANAGEMENT_URL must be of the form http://user:password@host:15672.")
    }

    @Test(
        "A gateway's address is a scheme and a host",
        arguments: [
            ("http://127.0.0.1:3000", true), ("https://certforge.example/base/", true), ("http://[::1]:3000", true),
            ("127.0.0.1:3000", false), ("localhost", false), ("ftp://host", false), ("http://", false), ("", false),
            ("http://host?x=1", false), ("http://host#x", false),
        ])
    func gateway(_ text: String, _ expected: Bool) {
        #expect(GatewayAddress.isAddress(text) == expected)
    }
}
