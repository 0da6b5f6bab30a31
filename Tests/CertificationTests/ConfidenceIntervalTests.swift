import Certification
import Testing

@Suite("Wilson's interval")
struct ConfidenceIntervalTests {
    @Test(
        "When all passed, the lower bound is what the sample allows",
        arguments: [(10, 0.722), (20, 0.839), (30, 0.886), (50, 0.929), (100, 0.963), (200, 0.981)])
    func allPassed(count: Int, lower: Double) throws {
        let interval = try #require(ConfidenceInterval(of: count, in: count))
        #expect(abs(interval.lower - lower) < 0.0006)
        #expect(interval.upper == 1)
    }

    /// By hand: p = 0.7, n = 10, z² = 3.8415; (0.7 + 0.19207 ± 1.96·√(0.021 + 0.0096)) / 1.38415.
    @Test("In between it is the formula's")
    func inBetween() throws {
        let interval = try #require(ConfidenceInterval(of: 7, in: 10))
        #expect(abs(interval.lower - 0.3968) < 0.0002)
        #expect(abs(interval.upper - 0.8922) < 0.0002)
    }

    @Test("None passed mirrors all passed, and nothing has no interval")
    func edges() throws {
        let none = try #require(ConfidenceInterval(of: 0, in: 10))
        #expect(none.lower == 0)
        #expect(abs(none.upper - 0.278) < 0.0006)
        #expect(ConfidenceInterval(of: 0, in: 0) == nil)
    }
}
