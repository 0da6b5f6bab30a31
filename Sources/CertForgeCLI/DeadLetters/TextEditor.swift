import ArgumentParser
import Foundation

/// The editor that the user has chosen.
enum TextEditor {
    /// Lets the user edit a text, as `$VISUAL`, `$EDITOR` or vi does.
    static func edit(_ text: String) throws -> Data {
        let file = FileManager.default.temporaryDirectory.appending(path: "certforge-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file, options: .withoutOverwriting)
        defer { try? FileManager.default.removeItem(at: file) }
        let environment = ProcessInfo.processInfo.environment
        let editor = Process()
        editor.executableURL = URL(filePath: "/bin/sh")
        // The variable may hold arguments, too, as git and others have it.
        editor.arguments = [
            "-c", "\(environment["VISUAL"] ?? environment["EDITOR"] ?? "vi") \"$1\"", "sh", file.path(),
        ]
        try editor.run()
        editor.waitUntilExit()
        guard editor.terminationStatus == 0 else {
            throw ValidationError("The editor ended with \(editor.terminationStatus); nothing was changed.")
        }
        return try Data(contentsOf: file)
    }
}
