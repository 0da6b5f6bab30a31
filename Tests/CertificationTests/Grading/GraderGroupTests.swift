import Certification
import Testing

@Suite("Groups of graders")
struct GraderGroupTests {
    private static let passing = Grader.includes(anyOf: ["ok"])
    private static let failing = Grader.includes(anyOf: ["never"])
    private static let broken = Grader.regex("(", whenUnmatched: .fail)
    private static let unanswered = Grader.regex("never", whenUnmatched: .noAnswer)

    private enum Kind { case pass, fail, noAnswer, graderError }

    private func kind(_ rule: GraderGroup.Rule, _ graders: [Grader]) -> Kind {
        switch GraderGroup(rule, graders).grade(.sample("ok")) {
        case .pass: .pass
        case .fail: .fail
        case .noAnswer: .noAnswer
        case .graderError: .graderError
        }
    }

    @Test("All must pass, and one that fails decides, whatever a broken one says")
    func all() {
        #expect(kind(.all, []) == .pass)
        #expect(kind(.all, [Self.passing, Self.passing]) == .pass)
        #expect(kind(.all, [Self.passing, Self.failing]) == .fail)
        #expect(kind(.all, [Self.passing, Self.broken]) == .graderError)
        #expect(kind(.all, [Self.failing, Self.broken]) == .fail)
        #expect(kind(.all, [Self.failing, Self.unanswered]) == .noAnswer)
    }

    @Test("One of several is enough; a broken one is neither a pass nor a failure")
    func any() {
        #expect(kind(.any, [Self.failing, Self.passing]) == .pass)
        #expect(kind(.any, [Self.broken, Self.passing]) == .pass)
        #expect(kind(.any, [Self.failing, Self.failing]) == .fail)
        #expect(kind(.any, [Self.failing, Self.broken]) == .graderError)
        #expect(kind(.any, [Self.unanswered, Self.broken]) == .graderError)
        #expect(kind(.any, [Self.unanswered, Self.failing]) == .noAnswer)
        #expect(kind(.any, []) == .graderError)
    }

    @Test("So many of them are enough; a broken one counts only where it could tip the scales")
    func atLeast() {
        let (pass, fail, broken) = (Self.passing, Self.failing, Self.broken)
        #expect(kind(.atLeast(2), [pass, fail, pass]) == .pass)
        #expect(kind(.atLeast(2), [pass, fail, broken]) == .graderError)
        #expect(kind(.atLeast(2), [fail, fail, broken]) == .fail)
        #expect(kind(.atLeast(3), [pass, pass]) == .graderError)
        #expect(kind(.atLeast(-1), [pass, pass]) == .graderError)
    }

    @Test("The reason says how many passed")
    func reason() {
        let grade = GraderGroup(.atLeast(2), [Self.passing, Self.failing, Self.failing]).grade(.sample("ok"))
        #expect(grade == .fail("1 of 3 passed, 2 must. The answer holds none of: never."))
    }

    @Test("A group within a group counts as one grader")
    func nested() {
        let inner = Grader.group(GraderGroup(.any, [Self.failing, Self.passing]))
        #expect(kind(.all, [inner, Self.passing]) == .pass)
        #expect(kind(.all, [.group(GraderGroup(.any, [Self.failing, Self.broken])), Self.passing]) == .graderError)
    }
}
