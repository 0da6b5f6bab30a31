import Foundation
import Synchronization

/// A mail server in a child process; how it replies is described in `Servers/scripted_smtp_server.py`.
final class ScriptedSMTPServer: Sendable {
    enum Mode: String {
        case plain
        case startTLS = "starttls"
        case implicitTLS = "smtps"
    }

    struct Mail: Sendable {
        var sender: String
        var recipients: [String]
        var data: String
    }

    struct Record: Sendable {
        /// Everything that clients sent, encryption removed.
        var transcript = ""
        var mails: [Mail] = []

        /// The SMTP commands among the lines sent, for example `RCPT TO`.
        func count(ofCommand command: String) -> Int {
            transcript.components(separatedBy: "\r\n").count { $0.uppercased().hasPrefix(command) }
        }
    }

    struct StartFailure: Error {}

    let port: Int
    private let child: ChildProcess
    private let recording: Recording

    init(_ mode: Mode = .plain, certificate: TestCertificate? = nil, login: String? = nil) async throws {
        var arguments = [Self.script, "--mode", mode.rawValue]
        if let certificate { arguments += ["--certificate", certificate.file, "--key", certificate.keyFile] }
        if let login { arguments += ["--login", login] }
        let recording = Recording()
        child = try ChildProcess("/usr/bin/python3", arguments) { recording.receive($0) }
        self.recording = recording
        port = try await recording.port()
    }

    var url: String { "smtp://127.0.0.1:\(port)" }

    /// What has been seen so far.
    var record: Record { recording.record }

    /// The mails in the order of their coming, those before the call included.
    var mails: AsyncStream<Mail> { recording.mails }

    /// Waits until the server reports the event, `stalled` or `closed`; events are consumed in their order.
    ///
    /// - Returns: false when the server ended first.
    func waits(for event: String) async -> Bool {
        for await name in recording.events where name == event { return true }
        return false
    }

    /// Ends the server and returns everything that it saw.
    func finish() async -> Record {
        await child.end()
        return recording.record
    }

    private static var script: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Servers/scripted_smtp_server.py"
        )
        .path
    }
}

/// What the child reports, line by line.
private final class Recording: Sendable {
    private struct Event: Decodable {
        var event: String
        var port: Int?
        var text: String?
        var from: String?
        var to: [String]?
        var data: String?
    }

    private let state = Mutex(ScriptedSMTPServer.Record())
    private let ports = AsyncStream<Int>.makeStream()
    private let received = AsyncStream<ScriptedSMTPServer.Mail>.makeStream()
    private let names = AsyncStream<String>.makeStream()

    var record: ScriptedSMTPServer.Record { state.withLock { $0 } }
    var mails: AsyncStream<ScriptedSMTPServer.Mail> { received.stream }

    var events: AsyncStream<String> { names.stream }

    func port() async throws -> Int {
        for await port in ports.stream { return port }
        throw ScriptedSMTPServer.StartFailure()
    }

    /// - Parameter line: nil at the end of the output.
    func receive(_ line: String?) {
        guard let line else {
            ports.continuation.finish()
            names.continuation.finish()
            return received.continuation.finish()
        }
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8)) else { return }
        names.continuation.yield(event.event)
        if let port = event.port { ports.continuation.yield(port) }
        if let text = event.text { state.withLock { $0.transcript += text } }
        if let data = event.data {
            let mail = ScriptedSMTPServer.Mail(sender: event.from ?? "", recipients: event.to ?? [], data: data)
            state.withLock { $0.mails.append(mail) }
            received.continuation.yield(mail)
        }
    }
}
