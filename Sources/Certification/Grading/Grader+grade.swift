extension Grader {
    /// Grades an answer. The reasons given hold nothing of the answer's text but names, sanitised and short.
    ///
    /// A call of a tool is an answer, but no text: a grader of text has nothing to grade then.
    package func grade(_ answer: ModelAnswer) -> Grade {
        if let text = gradeText(answer) { return text }
        return switch self {
        case .nonEmpty: answer.isEmpty ? .noAnswer(answer.emptiness) : .pass
        case .stopReason(let reasons): gradeStopReason(reasons, of: answer)
        case .outputTokens(let maximum): gradeOutputTokens(maximum, of: answer.usage)
        case .chunks(let minimum): gradeChunks(minimum, of: answer.chunks)
        case .singleMessageStop:
            answer.messageStops == 1 ? .pass : .fail("The stream ended its message \(answer.messageStops) times.")
        case .usageReported: gradeUsage(answer.usage)
        case .toolCall(let name, let schema, let arguments):
            gradeToolCall(name: name, schema: schema, arguments: arguments, in: answer)
        case .toolCalls(let range): gradeToolCalls(range, in: answer)
        case .refusal(let isWanted): gradeRefusal(isWanted, in: answer)
        case .latency(let limit): gradeTime(answer.timing.total, atMostMs: limit, of: "The last byte")
        case .timeToFirstToken(let limit): gradeFirstToken(limit, of: answer)
        case .eventOrder:
            answer.orderFault.map { .fail("The stream's order is wrong: \(UntrustedText($0).line(limit: 200))") }
                ?? .pass
        case .group(let group): group.grade(answer)
        case .includes, .excludes, .regex, .sequence, .uppercase, .minimumCharacters, .minimumLines, .exact, .numeric,
            .json, .jsonSchema, .format:
            .graderError("A grader of text did not look at it.")
        }
    }

    /// The grade of a grader that looks at the text; nil of the others.
    private func gradeText(_ answer: ModelAnswer) -> Grade? {
        let grade: (String) -> Grade
        switch self {
        case .includes(let wanted, let caseSensitive): grade = { gradeIncludes(wanted, caseSensitive, in: $0) }
        case .excludes(let unwanted): grade = { gradeExcludes(unwanted, in: $0) }
        case .regex(let pattern, let unmatched): grade = { gradePattern(pattern, unmatched, in: $0) }
        case .sequence(let words): grade = { gradeSequence(words, in: $0) }
        case .uppercase: grade = gradeUppercase
        case .minimumCharacters(let minimum): grade = { gradeLength(minimum, of: $0) }
        case .minimumLines(let minimum): grade = { gradeLines(minimum, of: $0) }
        case .exact(let texts, let caseSensitive): grade = { gradeExact(texts, caseSensitive, in: $0) }
        case .numeric(let value, let tolerance): grade = { gradeNumber(value, tolerance: tolerance, in: $0) }
        case .json(let value, let isExtracted): grade = { gradeJSON(value, isExtracted, in: $0) }
        case .jsonSchema(let schema, let isExtracted): grade = { gradeSchema(schema, isExtracted, in: $0) }
        case .format(let rule): grade = rule.grade
        case .nonEmpty, .stopReason, .outputTokens, .chunks, .singleMessageStop, .usageReported, .toolCall, .toolCalls,
            .refusal, .latency, .timeToFirstToken, .eventOrder, .group:
            return nil
        }
        return answer.text.isBlank ? .noAnswer(answer.emptiness) : grade(answer.text)
    }

    private func gradeExact(_ texts: [String], _ caseSensitive: Bool, in text: String) -> Grade {
        let trimmed = text.trimmed
        let isThere = texts.contains {
            // By code points: a server that normalises what it passes on has changed it.
            caseSensitive
                ? trimmed.unicodeScalars.elementsEqual($0.trimmed.unicodeScalars)
                : trimmed.lowercased() == $0.trimmed.lowercased()
        }
        return isThere ? .pass : .fail("The answer is none of: \(texts.joined(separator: ", ")).")
    }

    private func gradeTime(_ time: Duration, atMostMs limit: Double, of what: String) -> Grade {
        time.milliseconds <= limit
            ? .pass : .fail("\(what) came after \(time.milliseconds) ms, later than \(limit) ms.")
    }

    private func gradeFirstToken(_ limit: Double, of answer: ModelAnswer) -> Grade {
        if let first = answer.timing.firstChunk { return gradeTime(first, atMostMs: limit, of: "The first chunk") }
        return answer.isEmpty
            ? .noAnswer(answer.emptiness) : .graderError("Only a streamed call has a time to the first chunk.")
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
        guard text.utf8.count <= PatternCheck.mostBytes else {
            return .fail("The answer is longer than \(PatternCheck.mostBytes) bytes, too long to be matched.")
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
        let length = text.trimmed.count
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
        let arrivals = Set(chunks.filter { $0.kind == .text && !$0.text.isEmpty }.map(\.arrival)).count
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

    /// Whether there is neither visible text nor a call of a tool.
    var isEmpty: Bool { text.isBlank && toolCalls.isEmpty }

    /// Why there is no text to grade.
    var emptiness: String {
        toolCalls.isEmpty
            ? "The answer holds no visible text; the model stopped with \(stopReasonName)."
            : "The answer holds no visible text, only a call of a tool; the model stopped with \(stopReasonName)."
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
