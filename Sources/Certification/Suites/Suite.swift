package import Contracts

/// The tests that a target is judged by.
package struct Suite: Sendable, Hashable, Codable {
    package var id: SuiteID
    /// Grows whenever a test changes, so that an old certificate stays explainable.
    package var version: Int
    package var name: String
    /// What the suite is for, in a sentence.
    package var description: String
    /// How long a certificate of this suite holds, in days, from 1.
    package var lifetimeDays: Int
    /// How long one attempt may take at least, in minutes; nil leaves it to the processor's setting.
    package var attemptMinutes: Int?
    /// In the order in which they run: the cheapest gate first.
    package var tests: [SuiteTest]
    /// SHA-256 of the whole suite file's content as canonical JSON; nil for a suite that was not read from a file.
    package var contentDigest: String?

    package init(
        id: SuiteID, version: Int, name: String = "", description: String = "", lifetimeDays: Int = 7,
        attemptMinutes: Int? = nil, tests: [SuiteTest], contentDigest: String? = nil
    ) {
        self.id = id
        self.version = version
        self.name = name
        self.description = description
        self.lifetimeDays = lifetimeDays
        self.attemptMinutes = attemptMinutes
        self.tests = tests
        self.contentDigest = contentDigest
    }

    /// The suite with only those tests that apply to a vendor's models. One that was read from a file keeps its digest.
    package func applicable(to vendor: Vendor) -> Suite {
        var suite = self
        suite.tests = tests.filter { $0.applies(to: vendor) }
        return suite
    }

    /// The suite's fingerprint, in lowercase hexadecimal: SHA-256 of its file's content as canonical JSON (sorted keys, no
    /// white space, UTF-8, as RFC 8785 has it), or of the suite's own JSON when it came from no file.
    package var digest: String { contentDigest ?? CanonicalJSON.digest(of: self) }
}
