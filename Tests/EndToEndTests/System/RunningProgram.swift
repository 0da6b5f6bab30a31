import Curl
import Foundation

/// One of the built programs as a process of its own.
final class RunningProgram: Sendable {
    let name: String
    let healthPort: Int
    let log: URL
    private let processID: Int32

    /// - Parameters:
    ///   - name: the product's name.
    ///   - environment: added to this process's own.
    ///   - folder: where the log goes.
    init(_ name: String, environment: [String: String], folder: URL) throws {
        self.name = name
        healthPort = try FreePort.take()
        log = folder.appending(path: "\(name)-\(healthPort).log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = try Repository.program(name)
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
            .merging(["HEALTH_PORT": "\(healthPort)"]) { _, new in new }
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        processID = process.processIdentifier
    }

    /// - Throws: `EndToEndFailure` with the end of the log when the program does not become ready.
    func ready(within limit: Duration = .seconds(30)) async throws {
        do {
            _ = try await eventually("\(name) being ready", within: limit) {
                try await HTTP.get("http://127.0.0.1:\(healthPort)/ready").status == 200 ? true : nil
            }
        } catch {
            throw EndToEndFailure("\(error)\n\(text.suffix(3_000))")
        }
    }

    /// Ends the process at once, as a crash does.
    func kill() { Foundation.kill(processID, SIGKILL) }

    /// Asks the process to stop and waits until it is gone.
    func stop() async {
        Foundation.kill(processID, SIGTERM)
        let gone = try? await eventually("\(name) stopping", within: .seconds(40)) {
            Foundation.kill(processID, 0) == 0 ? nil : true
        }
        if gone == nil { kill() }
    }

    var text: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
}

/// Ports that nothing listens on.
enum FreePort {
    static func take() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw EndToEndFailure("There is no socket to be had.") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard bound else { throw EndToEndFailure("There is no port to be had.") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// Where things are in this checkout.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The built programs lie beside the test bundle.
    static func program(_ name: String) throws -> URL {
        let executable = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let folders = [executable.deletingLastPathComponent(), root.appending(path: ".build/debug")]
        guard
            let found = folders.map({ $0.appending(path: name) }).first(where: {
                FileManager.default.isExecutableFile(atPath: $0.path)
            })
        else { throw EndToEndFailure("The program \(name) is not built.") }
        return found
    }
}
