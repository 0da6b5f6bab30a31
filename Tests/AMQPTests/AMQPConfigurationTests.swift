import Testing

@testable import AMQP

@Suite("AMQP URL")
struct AMQPConfigurationTests {
    struct Case: Sendable {
        var url: String
        var host: String
        var port = 5672
        var user = "guest"
        var virtualHost = "/"
    }

    @Test(
        "A URL names host, port, user and virtual host",
        arguments: [
            Case(url: "amqp://broker", host: "broker"),
            Case(url: "amqp://broker/", host: "broker"),
            Case(url: "amqp://a:b@broker:1234/%2F", host: "broker", port: 1234, user: "a"),
            Case(
                url: "amqp://a%40x:b@broker/%2Fcertforge-test", host: "broker", user: "a@x",
                virtualHost: "/certforge-test"),
            Case(url: "amqps://broker/v", host: "broker", port: 5671, virtualHost: "v"),
            Case(url: "amqp://[::1]:99", host: "::1", port: 99),
        ])
    func parsed(_ expected: Case) throws {
        let configuration = try AMQPConfiguration(url: expected.url)
        #expect(configuration.host == expected.host)
        #expect(configuration.port == expected.port)
        #expect(configuration.user == expected.user)
        #expect(configuration.virtualHost == expected.virtualHost)
    }

    @Test("TLS and times are read from the query")
    func query() throws {
        let configuration = try AMQPConfiguration(
            url: "amqps://b/?heartbeat=3&connection_timeout=1500&cacertfile=/ca.pem&verify=verify_none")
        #expect(configuration.heartbeat == .seconds(3))
        #expect(configuration.connectTimeout == .milliseconds(1500))
        #expect(configuration.tls?.certificateAuthorityFile == "/ca.pem")
        #expect(configuration.tls?.verifiesPeer == false)
        #expect(try AMQPConfiguration(url: "amqps://b").tls?.verifiesPeer == true)
        #expect(try AMQPConfiguration(url: "amqp://b").tls == nil)
    }

    @Test(
        "A URL that cannot be used is refused without repeating the password",
        arguments: [
            "http://a:secret@b", "amqp://", "amqp://a:secret@b/x/y", "amqp://a:secret@b?heartbeat=soon",
            "amqp://a:secret@b?verify=perhaps", "amqp://a:secret@b?colour=blue",
        ])
    func refused(url: String) {
        let error = #expect(throws: AMQPError.self) { try AMQPConfiguration(url: url) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.debugDescription.contains("secret") == false)
    }
}
