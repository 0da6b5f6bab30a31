package import Foundation

/// Where things are in this checkout.
package enum Repository {
    /// The folder that holds `Package.swift`.
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The built programs lie beside the running one, which may be a test bundle.
    package static func program(_ name: String) throws -> URL {
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
