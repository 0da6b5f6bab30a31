import Foundation

/// Writes to people and programs at once; `print` would keep what goes into a pipe until the command ends.
enum Console {
    /// A line of the command's result, on standard output.
    static func result(_ line: String) {
        write(line + "\n", to: .standardOutput)
    }

    /// Text beside the result, on standard error.
    static func note(_ text: String) {
        write(text, to: .standardError)
    }

    /// Asks a question that is answered with y or n. Whoever is no terminal cannot answer, and so has said yes.
    static func confirm(_ question: String) -> Bool {
        guard isInteractive else { return true }
        note("\(question) [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    /// Whether somebody can answer a question.
    static var isInteractive: Bool { isatty(FileHandle.standardInput.fileDescriptor) == 1 }

    private static func write(_ text: String, to handle: FileHandle) {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            // Whoever closed the output does not want to read it, nor that it could not be written.
        }
    }
}
