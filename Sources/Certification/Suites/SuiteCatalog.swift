package import Contracts
package import Foundation

/// The suites that can be asked for.
package struct SuiteCatalog: Sendable {
    /// In the order in which they are listed.
    package let suites: [Suite]

    package init(suites: [Suite]) {
        self.suites = suites
    }

    package var ids: [SuiteID] { suites.map(\.id) }

    package func suite(_ id: SuiteID) -> Suite? { suites.first { $0.id == id } }

    /// The suites that are built into the program: `smoke`, `base`, `standard`, `full`.
    ///
    /// - Throws: `SuiteFileError` when a built-in file is damaged.
    package static func bundled() throws(SuiteFileError) -> SuiteCatalog { try builtIn.get() }

    /// The suites of a folder, or the built-in ones when no folder is named.
    package static func load(folder: String?) throws(SuiteFileError) -> SuiteCatalog {
        guard let folder else { return try bundled() }
        return try Self.folder(URL(filePath: folder))
    }

    /// They never change, so they are read once.
    private static let builtIn = Result<SuiteCatalog, SuiteFileError> { () throws(SuiteFileError) in
        SuiteCatalog(
            suites: try bundledFiles.map { file throws(SuiteFileError) in
                try SuiteReader.suite(from: file.yaml, file: file.name)
            })
    }

    private static var bundledFiles: [(name: String, yaml: String)] {
        [
            ("smoke.yaml", PackageResources.smoke_yaml), ("base.yaml", PackageResources.base_yaml),
            ("standard.yaml", PackageResources.standard_yaml), ("full.yaml", PackageResources.full_yaml),
        ].map { (name: $0.0, yaml: String(decoding: $0.1, as: UTF8.self)) }
    }

    /// The suites of a folder's `.yaml` files, by name, in the place of the built-in ones.
    ///
    /// - Throws: `SuiteFileError` with everything that is wrong with any of them, also when an id is used twice or there is
    ///   no suite `base`, which requests mean that name none.
    package static func folder(_ folder: URL) throws(SuiteFileError) -> SuiteCatalog {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw SuiteFileError([
                SuiteFault(folder, "can't be listed", cure: "Name a folder that this process may read.")
            ])
        }
        var faults: [SuiteFault] = []
        var suites: [Suite] = []
        for name in names.sorted() where name.hasSuffix(".yaml") {
            let file = folder.appending(path: name)
            do throws(SuiteFileError) {
                let suite = try Self.suite(at: file)
                if suites.contains(where: { $0.id == suite.id }) {
                    faults.append(
                        SuiteFault(
                            file, "has an id that another file has, '\(suite.id)'", cure: "Give it one of its own."))
                }
                suites.append(suite)
            } catch {
                faults += error.faults
            }
        }
        if faults.isEmpty, !suites.contains(where: { $0.id == .base }) {
            faults.append(
                SuiteFault(folder, "holds no suite 'base'", cure: "Add one: it is run when a request names none."))
        }
        guard faults.isEmpty else { throw SuiteFileError(faults) }
        return SuiteCatalog(suites: suites)
    }

    /// One suite's file.
    ///
    /// - Throws: `SuiteFileError` with everything that is wrong with it.
    package static func suite(at file: URL) throws(SuiteFileError) -> Suite {
        guard let yaml = text(of: file) else {
            throw SuiteFileError([SuiteFault(file, "can't be read as UTF-8 text", cure: "Name a file that can.")])
        }
        return try SuiteReader.suite(from: yaml, file: file.path)
    }

    /// No more of a file than it takes to see that it is too long.
    private static func text(of file: URL) -> String? {
        let bytes: Data
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            bytes = try handle.read(upToCount: YAMLDocument.mostBytes + 1) ?? Data()
        } catch {
            // The caller says that it can't be read; why is the operating system's business.
            return nil
        }
        // What is cut may end within a character.
        return bytes.count > YAMLDocument.mostBytes
            ? String(decoding: bytes, as: UTF8.self) : String(data: bytes, encoding: .utf8)
    }
}

extension SuiteFault {
    fileprivate init(_ place: URL, _ problem: String, cure: String) {
        self.init(file: place.path, line: 1, column: 1, key: "", problem: problem, cure: cure)
    }
}
