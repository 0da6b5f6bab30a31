package import Foundation

/// A program that runs to its end.
package struct Command: Sendable {
    private let executable: URL
    private let arguments: [String]
    private let environment: [String: String]
    private let folder: URL?
    private let output: URL?

    /// - Parameters:
    ///   - executable: the program's file.
    ///   - arguments: without the program's name.
    ///   - environment: added to this process's own.
    ///   - folder: where it runs; nil: here.
    ///   - output: the file that both its outputs go to; nil: nowhere.
    package init(
        executable: URL, arguments: [String], environment: [String: String] = [:], folder: URL? = nil,
        output: URL? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.output = output
    }

    /// Runs it and returns its exit status.
    ///
    /// - Throws: `EndToEndFailure` when it did not end within the limit, `CancellationError`; it is killed then.
    package func run(within limit: Duration = .seconds(120)) async throws -> Int32 {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        if let folder { process.currentDirectoryURL = folder }
        let handle = try outputHandle()
        process.standardOutput = handle
        process.standardError = handle
        let (endings, continuation) = AsyncStream.makeStream(of: Int32?.self)
        process.terminationHandler = { continuation.yield($0.terminationStatus) }
        try process.runUnblocked()
        // Ends with the command, which ends it below.
        let timer = Task {
            try await Task.sleep(for: limit)
            continuation.yield(nil)
        }
        defer { timer.cancel() }
        for await status in endings {
            if let status { return status }
            break
        }
        kill(process.processIdentifier, SIGKILL)
        try Task.checkCancellation()
        throw EndToEndFailure("\(executable.lastPathComponent) \(arguments) did not end within \(limit)")
    }

    private func outputHandle() throws -> FileHandle {
        guard let output else { return .nullDevice }
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        return try FileHandle(forWritingTo: output)
    }
}
