import Contracts

extension Grader {
    func gradeJSON(_ wanted: JSONValue?, _ isExtracted: Bool, in text: String) -> Grade {
        let value: JSONValue
        do throws(JSONText.Fault) {
            value = try isExtracted ? JSONText(text: text).extracted() : JSONText(text: text.trimmed).value()
        } catch {
            return .fail(notJSON(error, in: text, isExtracted))
        }
        guard let wanted else { return .pass }
        return value == wanted ? .pass : .fail("The answer's JSON is not equal to the one that was asked for.")
    }

    func gradeSchema(_ schema: JSONValue, _ isExtracted: Bool, in text: String) -> Grade {
        let value: JSONValue
        do throws(JSONText.Fault) {
            value = try isExtracted ? JSONText(text: text).extracted() : JSONText(text: text.trimmed).value()
        } catch {
            return .fail(notJSON(error, in: text, isExtracted))
        }
        do throws(JSONSchemaFault) {
            let violation = try JSONSchema(schema).violation(of: value)
            return violation.map { .fail("The answer's JSON does not follow the schema: \($0).") } ?? .pass
        } catch {
            return .graderError("The schema can't be applied: \(error).")
        }
    }

    private func notJSON(_ fault: JSONText.Fault, in text: String, _ isExtracted: Bool) -> String {
        let isFenced = !isExtracted && (try? JSONText(text: text).extracted()) != nil
        return isFenced
            ? "The answer holds JSON, but other text or a code fence around it."
            : "The answer \(fault.sentence)."
    }
}
