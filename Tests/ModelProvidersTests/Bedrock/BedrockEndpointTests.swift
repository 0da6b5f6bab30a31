import Contracts
import Testing

@testable import ModelProviders

@Suite("Bedrock's endpoint")
struct BedrockEndpointTests {
    @Test("Without an override it is the region's own")
    func region() {
        #expect(BedrockEndpoint.aws.baseURL(in: "eu-west-1") == "https://bedrock-runtime.eu-west-1.amazonaws.com")
        #expect(BedrockEndpoint.aws.host(in: "eu-west-1") == "bedrock-runtime.eu-west-1.amazonaws.com")
    }

    @Test(
        "An override stands for every region, and its host is signed as it is sent",
        arguments: [
            ("http://127.0.0.1:4599", "http://127.0.0.1:4599", "127.0.0.1:4599"),
            ("http://127.0.0.1:4599/", "http://127.0.0.1:4599", "127.0.0.1:4599"),
            ("HTTP://simulator:80/bedrock/", "http://simulator:80/bedrock", "simulator"),
            ("https://vpce-1.example.com:443", "https://vpce-1.example.com:443", "vpce-1.example.com"),
            ("https://example.com:80", "https://example.com:80", "example.com:80"),
            ("http://[::1]:4599", "http://[::1]:4599", "[::1]:4599"),
        ])
    func override(url: String, base: String, host: String) throws {
        let endpoint = try BedrockEndpoint(url: url)
        #expect(endpoint.baseURL(in: "us-east-1") == base)
        #expect(endpoint.host(in: "us-east-1") == host)
    }

    @Test(
        "What is no base URL is refused",
        arguments: [
            "", "127.0.0.1:4599", "ftp://example.com", "http://", "file:///etc/passwd", "http://user@example.com",
            "http://example.com?a=b", "http://example.com#f",
        ])
    func invalid(url: String) {
        #expect(throws: BedrockEndpoint.InvalidURL(url: url)) { try BedrockEndpoint(url: url) }
    }
}
