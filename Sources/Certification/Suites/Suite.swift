package import Contracts

/// The tests that a target is judged by.
package struct Suite: Sendable, Hashable, Codable {
    package var id: SuiteID
    /// Grows whenever a test changes, so that an old certificate stays explainable.
    package var version: Int
    /// In the order in which they run: the cheapest gate first.
    package var tests: [SuiteTest]

    package init(id: SuiteID, version: Int, tests: [SuiteTest]) {
        self.id = id
        self.version = version
        self.tests = tests
    }

    /// The suite with only those tests that apply to a vendor's models.
    package func applicable(to vendor: Vendor) -> Suite {
        Suite(id: id, version: version, tests: tests.filter { $0.applies(to: vendor) })
    }
}

/// The suites that can be asked for.
package struct SuiteCatalog: Sendable {
    package let suites: [Suite]

    package init(suites: [Suite] = [.base]) {
        self.suites = suites
    }

    package var ids: [SuiteID] { suites.map(\.id) }

    package func suite(_ id: SuiteID) -> Suite? { suites.first { $0.id == id } }
}
