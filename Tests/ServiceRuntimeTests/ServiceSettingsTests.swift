import Foundation
import Logging
import ServiceRuntime
import Testing

@Suite("Settings")
struct ServiceSettingsTests {
    @Test("A missing setting that is needed is a sentence that names it and what it is")
    func missing() throws {
        let failure = try #require(throws: ConfigurationFailure.self) {
            try ServiceSettings(values: [:]).text("DATABASE_URL", purpose: "the database, as postgres://user@host/name")
        }
        #expect(failure.description == "DATABASE_URL is not set. It is the database, as postgres://user@host/name.")
    }

    @Test("A blank setting counts as missing")
    func blank() throws {
        #expect(try ServiceSettings(values: ["MAIL_FROM": "  "]).text("MAIL_FROM", default: "a@b.c") == "a@b.c")
    }

    @Test(
        "A number that is none, or out of range, is a sentence that names the range",
        arguments: ["abc", "0", "65536", "-1", "3000.5"])
    func integers(text: String) throws {
        let failure = try #require(throws: ConfigurationFailure.self) {
            try ServiceSettings(values: ["HTTP_PORT": text]).integer("HTTP_PORT", default: 3_000, in: 1...65_535)
        }
        #expect(failure.description == "HTTP_PORT is '\(text)'; it must be a whole number from 1 to 65535.")
    }

    @Test("Seconds may have fractions")
    func seconds() throws {
        let settings = ServiceSettings(values: ["DRAIN_TIMEOUT": "2.5"])
        #expect(try settings.seconds("DRAIN_TIMEOUT", default: 25, in: 1...60) == .milliseconds(2_500))
        #expect(try settings.seconds("OTHER", default: 25, in: 1...60) == .seconds(25))
    }

    @Test("A choice that is none names the choices")
    func choices() throws {
        let settings = ServiceSettings(values: ["LOG_LEVEL": "loud"])
        let failure = try #require(throws: ConfigurationFailure.self) {
            try settings.choice("LOG_LEVEL", default: Logger.Level.info)
        }
        #expect(failure.description.contains("trace, debug, info, notice, warning, error, critical"))
    }

    @Test("A secret in a file wins over the environment and loses its line end")
    func secretFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("from the file\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let settings = ServiceSettings(values: ["JWT_SECRET": "from the environment", "JWT_SECRET_FILE": file.path])
        #expect(try settings.text("JWT_SECRET", purpose: "a secret") == "from the file")
    }

    @Test("A secret's file that is not there is named, and the environment is not used in its place")
    func missingSecretFile() throws {
        let settings = ServiceSettings(values: ["JWT_SECRET": "x", "JWT_SECRET_FILE": "/nowhere/secret"])
        let failure = try #require(throws: ConfigurationFailure.self) { try settings.optionalText("JWT_SECRET") }
        #expect(failure.key == "JWT_SECRET_FILE")
        #expect(failure.description.contains("/nowhere/secret"))
    }

    @Test(
        "A secret's file that is blank is named; it is neither a secret nor no secret", arguments: ["", "\n", " \t\n"])
    func blankSecretFile(_ text: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let settings = ServiceSettings(values: ["DATABASE_URL": "x", "DATABASE_URL_FILE": file.path])
        let failure = try #require(throws: ConfigurationFailure.self) { try settings.optionalText("DATABASE_URL") }
        #expect(failure.description == "DATABASE_URL_FILE names '\(file.path)', which is blank.")
    }

    @Test("A file that is larger than any setting is named, and not read whole")
    func largeFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        #expect(FileManager.default.createFile(atPath: file.path, contents: Data("x".utf8)))
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        // A hole, which takes no place.
        try handle.truncate(atOffset: 8 << 30)
        try handle.close()
        let settings = ServiceSettings(values: ["PRICES_FILE": file.path])
        let failure = try #require(throws: ConfigurationFailure.self) { try settings.optionalText("PRICES") }
        #expect(failure.description == "PRICES_FILE names '\(file.path)', which is larger than 16 MiB.")
    }
}
