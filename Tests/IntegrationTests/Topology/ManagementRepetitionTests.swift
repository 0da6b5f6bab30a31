import Foundation
import MessagingTesting
import ServiceRuntime
import Testing

@testable import CertForgeCLI

/// As RabbitMQ's management API does it when several ask for a list at once that nobody has asked for since its start.
@Suite("A management API that answers 500 at first", .timeLimit(.minutes(1)))
struct ManagementRepetitionTests {
    private struct User: Decodable {
        var name: String
    }

    @Test("A request is repeated twice, and then the answer counts", arguments: [0, 1, 2])
    func repeated(failures: Int) async throws {
        let asked = try await Self.serving(failures: failures) { management in
            let user: User = try await management.get("whoami", what: "say who asks")
            #expect(user.name == "ada")
        }
        #expect(asked == failures + 1)
    }

    @Test("After the third time it is a failure")
    func givenUp() async throws {
        let asked = try await Self.serving(failures: 100) { management in
            await #expect(throws: ManagementFailure.self) {
                let _: User = try await management.get("whoami", what: "say who asks")
            }
        }
        #expect(asked == 3)
    }

    /// Returns how many requests the body made of an API that fails so many times.
    private static func serving(failures: Int, _ body: (ManagementAPI) async throws -> Void) async throws -> Int {
        let (ports, port) = AsyncStream<String>.makeStream()
        let asked = Journal<String>()
        let server = try ChildProcess("/usr/bin/python3", ["-c", program, "\(failures)"]) { line in
            guard let line else { return port.finish() }
            if line.hasPrefix("/") { asked.append(line) } else { port.yield(line) }
        }
        let number = try #require(await ports.first { _ in true })
        let settings = ServiceSettings(values: ["RABBITMQ_MANAGEMENT_URL": "http://a:b@127.0.0.1:\(number)"])
        try await body(try BrokerTarget(settings).management)
        await server.end()
        return asked.entries.count
    }

    private static let program = """
        import http.server, os, sys, threading

        failures = int(sys.argv[1])

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                global failures
                print(self.path, flush=True)
                failures -= 1
                body = b"" if failures >= 0 else b'{"name": "ada"}'
                self.send_response(500 if failures >= 0 else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        os._exit(0)
        """
}
