import Foundation
import Synchronization

/// A child process whose output is read line by line; it is expected to end when its standard input does.
final class ChildProcess: Sendable {
    private let process: Mutex<Process>
    private let input = Pipe()
    private let ended = AsyncStream<Void>.makeStream()

    /// `receive` is called on a thread of its own with each line, and with nil at the end.
    init(_ program: String, _ arguments: [String], receive: @escaping @Sendable (String?) -> Void) throws {
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.process = Mutex(process)
        let descriptor = output.fileHandleForReading
        let continuation = ended.continuation
        Thread {
            var rest = Data()
            while case let data = descriptor.availableData, !data.isEmpty {
                rest += data
                while let end = rest.firstIndex(of: 0x0a) {
                    receive(String(decoding: rest[..<end], as: UTF8.self))
                    rest = Data(rest[(end + 1)...])
                }
            }
            receive(nil)
            continuation.finish()
        }.start()
    }

    deinit {
        process.withLock { $0.terminate() }
    }

    /// Closes the child's input and waits until all its output is read.
    func end() async {
        try? input.fileHandleForWriting.close()
        for await _ in ended.stream {}
    }
}
