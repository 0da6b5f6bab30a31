import Curl
package import Foundation
import Synchronization

/// One of the built programs as a process of its own.
package final class RunningProgram: Sendable {
    package let name: String
    package let healthPort: Int
    /// What it writes to both its outputs.
    package let log: URL
    package let processID: Int32
    private let life: Life

    private final class Life: Sendable {
        struct State {
            /// Set when the system has said that it ended: from then on the id may be another's.
            var ending: Ending?
            var wasTold = false
        }

        let state = Mutex(State())
    }

    /// How a process ended.
    package struct Ending: Sendable, Hashable {
        /// The exit code, or the signal's number.
        package var status: Int32
        package var isSignal: Bool
        /// Whether it was sent a signal through this type before.
        package var wasTold: Bool
    }

    /// Starts the product of that name in `folder`, where its log goes too; `environment` is added to this process's own.
    package init(_ name: String, environment: [String: String], folder: URL) throws {
        self.name = name
        healthPort = try FreePort.take()
        log = folder.appending(path: "\(name)-\(healthPort)-\(UUID().uuidString.prefix(4)).log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let life = Life()
        self.life = life
        let process = Process()
        process.executableURL = try Repository.program(name)
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
            .merging(["HEALTH_PORT": "\(healthPort)"]) { _, new in new }
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        process.terminationHandler = { process in
            life.state.withLock { state in
                state.ending = Ending(
                    status: process.terminationStatus, isSignal: process.terminationReason == .uncaughtSignal,
                    wasTold: state.wasTold)
            }
        }
        try process.runUnblocked()
        processID = process.processIdentifier
    }

    /// Whether the process has not ended yet.
    package var isRunning: Bool { ending == nil }

    /// How the process ended; nil while it has not.
    package var ending: Ending? { life.state.withLock { $0.ending } }

    /// Whether `/ready` says so within a second.
    package func isReady() async -> Bool {
        let answer = try? await HTTP.get("http://127.0.0.1:\(healthPort)/ready", within: .seconds(1))
        return answer?.status == 200
    }

    /// - Throws: `EndToEndFailure` with the end of the log when the program does not become ready.
    package func ready(within limit: Duration = .seconds(30)) async throws {
        do {
            _ = try await eventually("\(name) being ready", within: limit) { await isReady() ? true : nil }
        } catch {
            throw EndToEndFailure("\(error)\n\(text.suffix(3_000))")
        }
    }

    /// Ends the process at once, as a crash does.
    package func kill() { signal(SIGKILL) }

    /// Asks the process to stop.
    package func terminate() { signal(SIGTERM) }

    /// Asks the process to stop and waits until it is gone; when that takes longer than the limit, kills it and returns
    /// false.
    @discardableResult
    package func stop(within limit: Duration = .seconds(40)) async -> Bool {
        terminate()
        if await ended(within: limit) { return true }
        kill()
        _ = await ended(within: .seconds(5))
        return false
    }

    /// Waits until the process is gone, also when the task is cancelled; false when it did not go in time.
    package func ended(within limit: Duration) async -> Bool {
        // Unstructured, because whoever is cancelled still has to see its processes end.
        await Task {
            let gone = try? await eventually("\(name) ending", within: limit, every: .milliseconds(20)) {
                isRunning ? nil : true
            }
            return gone != nil
        }.value
    }

    /// What it has written so far.
    package var text: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    private func signal(_ number: Int32) {
        life.state.withLock { state in
            guard state.ending == nil else { return }
            state.wasTold = true
            Foundation.kill(processID, number)
        }
    }
}
