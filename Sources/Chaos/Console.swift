import Foundation

/// Writes lines at once, also into a pipe.
enum Console {
    @Sendable static func line(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
        } catch {
            // Nobody reads any more; the exit code still tells.
        }
    }
}
