import Foundation

/// A file of this repository, found from this source file.
enum RepositoryFile {
    static func data(_ path: String, file: String = #filePath) throws -> Data {
        let root = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try Data(contentsOf: root.appending(path: path))
    }
}
