package import Configuration
import Foundation
import SystemPackage

/// A service's settings: defaults in code, under `.env` in the working directory, under the environment, under the
/// file that `NAME_FILE` names (for secrets).
///
/// Every getter names the key as the operator writes it, for example `DATABASE_URL`, and throws a
/// `ConfigurationFailure` whose sentence can be printed as it is.
package struct ServiceSettings: Sendable {
    /// Of a file that holds one setting.
    private static let mostFileBytes = 16 * 1024 * 1024

    private let reader: ConfigReader

    /// - Parameter reader: over providers that spell keys as environment variables do.
    package init(reader: ConfigReader) {
        self.reader = reader
    }

    /// Reads `.env`, when there is one, and the process's environment.
    ///
    /// - Throws: `ConfigurationFailure` when `.env` is there but cannot be read.
    package static func load() async throws(ConfigurationFailure) -> ServiceSettings {
        do {
            let file = try await EnvironmentVariablesProvider(environmentFilePath: ".env", allowMissing: true)
            return ServiceSettings(reader: ConfigReader(providers: [EnvironmentVariablesProvider(), file]))
        } catch {
            throw ConfigurationFailure(key: ".env", problem: "cannot be read: \(error)")
        }
    }

    /// Settings of a test, and nothing else.
    package init(values: [String: String]) {
        reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: values))
    }

    /// The text of `key`, or nil when it is missing or blank.
    ///
    /// - Throws: when `<key>_FILE` names a file that cannot be read, is larger than 16 MiB, or is blank.
    package func optionalText(_ key: String) throws(ConfigurationFailure) -> String? {
        guard let path = lookUp("\(key)_FILE") else { return lookUp(key) }
        let text: String
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            let bytes = try handle.read(upToCount: Self.mostFileBytes + 1) ?? Data()
            guard bytes.count <= Self.mostFileBytes else {
                throw ConfigurationFailure(
                    key: "\(key)_FILE",
                    problem: "names '\(path)', which is larger than \(Self.mostFileBytes / 1024 / 1024) MiB")
            }
            guard let whole = String(data: bytes, encoding: .utf8) else {
                throw CocoaError(.fileReadInapplicableStringEncoding)
            }
            text = whole.trimmingCharacters(in: .whitespacesAndNewlines)
        } catch let failure as ConfigurationFailure {
            throw failure
        } catch {
            throw ConfigurationFailure(
                key: "\(key)_FILE", problem: "names '\(path)', which cannot be read as UTF-8 text")
        }
        // A secret that was mounted and is still empty must not turn into a default.
        guard !text.isEmpty else {
            throw ConfigurationFailure(key: "\(key)_FILE", problem: "names '\(path)', which is blank")
        }
        return text
    }

    /// The text of `key`.
    ///
    /// - Throws: when it is missing; `purpose` completes the sentence "It is …".
    package func text(_ key: String, purpose: String) throws(ConfigurationFailure) -> String {
        guard let text = try optionalText(key) else {
            throw ConfigurationFailure(key: key, problem: "is not set. It is \(purpose)")
        }
        return text
    }

    /// The text of `key`, or `defaultValue`.
    package func text(_ key: String, default defaultValue: String) throws(ConfigurationFailure) -> String {
        try optionalText(key) ?? defaultValue
    }

    /// A whole number within `range`, or `defaultValue` when it is missing.
    package func integer(
        _ key: String, default defaultValue: Int, in range: ClosedRange<Int>
    ) throws(ConfigurationFailure) -> Int {
        guard let text = try optionalText(key) else { return defaultValue }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationFailure(
                key: key,
                problem: "is '\(text)'; it must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A time in seconds within `range`, fractions allowed, or `defaultValue` seconds when it is missing.
    package func seconds(
        _ key: String, default defaultValue: Double, in range: ClosedRange<Double>
    ) throws(ConfigurationFailure) -> Duration {
        guard let text = try optionalText(key) else { return .seconds(defaultValue) }
        guard let number = Double(text), range.contains(number) else {
            throw ConfigurationFailure(
                key: key,
                problem: "is '\(text)'; it must be seconds, a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return .seconds(number)
    }

    /// One of an enumeration's raw values, or `defaultValue` when it is missing.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default defaultValue: Choice
    ) throws(ConfigurationFailure) -> Choice where Choice.RawValue == String {
        guard let text = try optionalText(key) else { return defaultValue }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationFailure(key: key, problem: "is '\(text)'; it must be one of \(known)")
        }
        return choice
    }

    private func lookUp(_ key: String) -> String? {
        let components = key.lowercased().split(separator: "_").map(String.init)
        let text = reader.string(forKey: ConfigKey(components), isSecret: true)
        return text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }
}
