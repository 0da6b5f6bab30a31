import Contracts

extension Grader {
    /// One call must be as asked; of several, the one that comes nearest gives the reason.
    func gradeToolCall(name: String?, schema: JSONValue?, arguments: JSONValue?, in answer: ModelAnswer) -> Grade {
        if answer.isEmpty { return .noAnswer(answer.emptiness) }
        if answer.toolCalls.isEmpty { return .fail("No tool was called; the model answered with text.") }
        let checks = answer.toolCalls.map { check($0, name: name, schema: schema, arguments: arguments) }
        return checks.max { $0.steps < $1.steps }?.grade ?? .pass
    }

    /// A call's grade, and how many checks it came through.
    private func check(
        _ call: ToolCall, name: String?, schema: JSONValue?, arguments: JSONValue?
    ) -> (steps: Int, grade: Grade) {
        if let name, call.name != name {
            return (0, .fail("The model called '\(UntrustedText(call.name).line(limit: 64))', not '\(name)'."))
        }
        guard schema != nil || arguments != nil else { return (4, .pass) }
        let value: JSONValue
        do throws(JSONText.Fault) {
            // Some providers write no arguments as no text.
            value = call.arguments.isBlank ? .object([:]) : try JSONText(text: call.arguments).value()
        } catch {
            return (1, .fail("The call's arguments: the text \(error.sentence)."))
        }
        if let schema {
            do throws(JSONSchemaFault) {
                if let violation = try JSONSchema(schema).violation(of: value) {
                    return (2, .fail("The call's arguments do not follow the tool's schema: \(violation)."))
                }
            } catch {
                return (2, .graderError("The tool's schema can't be applied: \(error)."))
            }
        }
        if let arguments, value != arguments {
            return (3, .fail("The call's arguments are JSON, but not equal to those that were asked for."))
        }
        return (4, .pass)
    }

    func gradeToolCalls(_ range: ClosedRange<Int>, in answer: ModelAnswer) -> Grade {
        let count = answer.toolCalls.count
        if range.contains(count) { return .pass }
        let wanted = CountRange(
            atLeast: range.lowerBound, atMost: range.upperBound == Int.max ? nil : range.upperBound)
        return .fail("The model called tools \(count) times, not \(wanted).")
    }
}
