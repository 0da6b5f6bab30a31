extension Grader {
    /// Grades an answer. The reasons given hold nothing of the answer's text.
    package func grade(_ answer: ModelAnswer) -> Grade {
        if gradesText, answer.text.isBlank {
            return .noAnswer("The answer holds no visible text; the model stopped with \(answer.stopReasonName).")
        }
        return switch self {
        case .nonEmpty: .pass
        case .includes(let wanted, let caseSensitive): gradeIncludes(wanted, caseSensitive, in: answer.text)
        case .excludes(let unwanted): gradeExcludes(unwanted, in: answer.text)
        case .regex(let pattern, let unmatched): gradePattern(pattern, unmatched, in: answer.text)
        case .sequence(let words): gradeSequence(words, in: answer.text)
        case .uppercase: gradeUppercase(answer.text)
        case .minimumCharacters(let minimum): gradeLength(minimum, of: answer.text)
        case .minimumLines(let minimum): gradeLines(minimum, of: answer.text)
        case .stopReason(let reasons): gradeStopReason(reasons, of: answer)
        case .outputTokens(let maximum): gradeOutputTokens(maximum, of: answer.usage)
        case .chunks(let minimum): gradeChunks(minimum, of: answer.chunks)
        case .singleMessageStop:
            answer.messageStops == 1 ? .pass : .fail("The stream ended its message \(answer.messageStops) times.")
        case .usageReported: gradeUsage(answer.usage)
        default: .graderError("This grader is not built yet.")
        }
    }

    /// Whether the grade is about the text; the others are about how it came.
    private var gradesText: Bool {
        switch self {
        case .nonEmpty, .includes, .excludes, .regex, .sequence, .uppercase, .minimumCharacters, .minimumLines: true
        default: false
        }
    }

    private func gradeIncludes(_ wanted: [String], _ caseSensitive: Bool, in text: String) -> Grade {
        let found =
            caseSensitive
            ? wanted.contains { text.contains($0) }
            : wanted.contains { text.lowercased().contains($0.lowercased()) }
        return found ? .pass : .fail("The answer holds none of: \(wanted.joined(separator: ", ")).")
    }

    private func gradeExcludes(_ unwanted: [String], in text: String) -> Grade {
        let lowercased = text.lowercased()
        guard let found = unwanted.first(where: { lowercased.contains($0.lowercased()) }) else { return .pass }
        return .fail("The answer holds '\(found)'.")
    }

    private func gradePattern(_ pattern: String, _ unmatched: Unmatched, in text: String) -> Grade {
        let regex: Regex<AnyRegexOutput>
        do {
            regex = try Regex(pattern)
        } catch {
            return .graderError("The pattern '\(pattern)' can't be read.")
        }
        if text.contains(regex) { return .pass }
        let reason = "The answer does not match '\(pattern)'."
        return unmatched == .fail ? .fail(reason) : .noAnswer(reason)
    }

    private func gradeSequence(_ words: [String], in text: String) -> Grade {
        let present = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        var rest = words[...]
        for word in present where rest.first.map({ word == $0.lowercased() }) == true {
            rest = rest.dropFirst()
        }
        guard let missing = rest.first else { return .pass }
        return .fail(
            "The answer does not hold \(words.joined(separator: ", ")) in this order; '\(missing)' is missing.")
    }

    private func gradeUppercase(_ text: String) -> Grade {
        let letters = text.filter(\.isLetter)
        if letters.isEmpty { return .fail("The answer has no letters.") }
        return letters.contains(where: \.isLowercase) ? .fail("The answer has lowercase letters.") : .pass
    }

    private func gradeLength(_ minimum: Int, of text: String) -> Grade {
        let length = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).count
        return length >= minimum ? .pass : .fail("The answer has \(length) characters, fewer than \(minimum).")
    }

    private func gradeLines(_ minimum: Int, of text: String) -> Grade {
        let lines = text.split(whereSeparator: \.isNewline).count { !$0.allSatisfy(\.isWhitespace) }
        return lines >= minimum ? .pass : .fail("The answer has \(lines) lines, fewer than \(minimum).")
    }

    private func gradeStopReason(_ reasons: [StopReason], of answer: ModelAnswer) -> Grade {
        if let reason = answer.stopReason, reasons.contains(reason) { return .pass }
        let wanted = reasons.map(\.converseName).joined(separator: " or ")
        return .fail("The model stopped with \(answer.stopReasonName), not with \(wanted).")
    }

    private func gradeOutputTokens(_ maximum: Int, of usage: TokenUsage?) -> Grade {
        guard let usage else { return .fail("The answer reports no usage.") }
        return usage.outputTokens <= maximum
            ? .pass : .fail("The model put out \(usage.outputTokens) tokens, more than \(maximum).")
    }

    private func gradeChunks(_ minimum: Int, of chunks: [StreamedChunk]) -> Grade {
        let arrivals = Set(chunks.filter { !$0.text.isEmpty }.map(\.arrival)).count
        return arrivals >= minimum
            ? .pass : .fail("Text arrived at \(arrivals) different times, fewer than \(minimum): it was not streamed.")
    }

    private func gradeUsage(_ usage: TokenUsage?) -> Grade {
        guard let usage else { return .fail("The answer reports no usage.") }
        guard usage.inputTokens > 0, usage.outputTokens > 0 else { return .fail("The usage holds a count of zero.") }
        return usage.totalTokens == usage.inputTokens + usage.outputTokens
            ? .pass : .fail("The usage's total is not the sum of its parts.")
    }
}

extension ModelAnswer {
    /// The stop reason's name, safe to show.
    fileprivate var stopReasonName: String {
        stopReason.map { UntrustedText($0.converseName).line(limit: 60) } ?? "no stop reason"
    }
}
