import Contracts

extension Grader: Codable {
    /// The graders' names in a suite's file, in the order of docs/certification.md.
    package static let names = [
        "nonEmpty", "exact", "includes", "excludes", "regex", "sequence", "numeric", "uppercase", "minimumCharacters",
        "minimumLines", "format", "json", "jsonSchema", "toolCall", "toolCalls", "refusal", "stopReason",
        "outputTokens", "chunks", "singleMessageStop", "eventOrder", "usageReported", "latency", "timeToFirstToken",
        "all", "any", "atLeast",
    ]

    private static let bare: [String: Grader] = [
        "nonEmpty": .nonEmpty, "uppercase": .uppercase, "singleMessageStop": .singleMessageStop,
        "eventOrder": .eventOrder, "usageReported": .usageReported,
    ]

    package init(from decoder: any Decoder) throws {
        self = try Grader(SuiteForm(from: decoder, name: "grader"), depth: 0)
    }

    // The depth is how many groups it stands in.
    init(_ form: SuiteForm, depth: Int) throws {
        if GraderGroup.isSpelled(by: form) {
            self = .group(try GraderGroup(form, depth: depth))
            return
        }
        let (name, value) = try form.choice(of: Self.names)
        if let grader = Self.bare[name] {
            guard value == nil else { throw form.error("says '\(name)' with a value; it takes none") }
            self = grader
        } else if let value {
            self = try Self.textGrader(name, value) ?? Self.otherGrader(name, value)
        } else {
            switch name {
            case "json": self = .json()
            case "toolCall": self = .toolCall(name: nil)
            default: throw form.error("says '\(name)' without a value")
            }
        }
    }

    private static func textGrader(_ name: String, _ form: SuiteForm) throws -> Grader? {
        switch name {
        case "exact":
            let (texts, caseSensitive) = try alternatives(form)
            return .exact(anyOf: texts, caseSensitive: caseSensitive)
        case "includes":
            let (texts, caseSensitive) = try alternatives(form)
            return .includes(anyOf: texts, caseSensitive: caseSensitive)
        case "excludes": return .excludes(try form.texts())
        case "sequence": return .sequence(try form.texts())
        case "regex": return try regex(form)
        case "numeric":
            if case .number = form.value { return .numeric(try form.number()) }
            let fields = try form.fields(["value", "tolerance"], required: ["value"])
            return .numeric(
                try fields["value"]?.number() ?? 0, tolerance: try fields["tolerance"]?.number(atLeast: 0) ?? 0)
        case "minimumCharacters": return .minimumCharacters(try form.integer(in: 1...1_000_000))
        case "minimumLines": return .minimumLines(try form.integer(in: 1...1_000_000))
        case "format": return .format(try FormatRule(form))
        case "json":
            let fields = try form.fields(["equals", "extracted"])
            return .json(equals: fields["equals"]?.value, isExtracted: try fields["extracted"]?.boolean() ?? false)
        case "jsonSchema":
            let fields = try form.fields(["schema", "extracted"], required: ["schema"])
            return .jsonSchema(
                try schema(fields["schema"]) ?? .boolean(true), isExtracted: try fields["extracted"]?.boolean() ?? false
            )
        default: return nil
        }
    }

    private static func otherGrader(_ name: String, _ form: SuiteForm) throws -> Grader {
        switch name {
        case "toolCall":
            if let word = form.word() { return .toolCall(name: word) }
            let fields = try form.fields(["name", "schema", "arguments"])
            return .toolCall(
                name: try fields["name"]?.text(), schema: try schema(fields["schema"]),
                arguments: fields["arguments"]?.value)
        case "toolCalls":
            let count = try CountRange(form)
            return .toolCalls(count.atLeast...(count.atMost ?? Int.max))
        case "refusal": return .refusal(try form.boolean())
        case "stopReason": return .stopReason(in: try stopReasons(form))
        case "outputTokens": return .outputTokens(atMost: try limit("atMost", form))
        case "chunks": return .chunks(atLeast: try limit("atLeast", form))
        case "latency": return .latency(atMostMs: try milliseconds(form))
        case "timeToFirstToken": return .timeToFirstToken(atMostMs: try milliseconds(form))
        default: throw form.error("is not known; allowed are \(names.joined(separator: ", "))")
        }
    }

    private static func alternatives(_ form: SuiteForm) throws -> (texts: [String], caseSensitive: Bool) {
        guard case .object = form.value else { return (try form.texts(), false) }
        let fields = try form.fields(["anyOf", "caseSensitive"], required: ["anyOf"])
        return (try fields["anyOf"]?.texts() ?? [], try fields["caseSensitive"]?.boolean() ?? false)
    }

    private static func regex(_ form: SuiteForm) throws -> Grader {
        let fields = form.word() == nil ? try form.fields(["pattern", "whenUnmatched"], required: ["pattern"]) : [:]
        let pattern = try (fields["pattern"] ?? form).text()
        if (try? Regex(pattern)) == nil { throw (fields["pattern"] ?? form).error("can't be read as a pattern") }
        if PatternCheck.mayRunForever(pattern) {
            throw (fields["pattern"] ?? form).error(
                "repeats what repeats without bound itself, which may take for ever; bound the inner one, as \\d{1,9}")
        }
        guard let unmatched = fields["whenUnmatched"] else { return .regex(pattern, whenUnmatched: .noAnswer) }
        guard let unmatched = Unmatched(rawValue: try unmatched.text()) else {
            throw unmatched.error("must be fail or noAnswer")
        }
        return .regex(pattern, whenUnmatched: unmatched)
    }

    private static func schema(_ form: SuiteForm?) throws -> JSONValue? {
        guard let form else { return nil }
        do throws(JSONSchemaFault) {
            _ = try JSONSchema(form.value)
        } catch {
            throw form.error("can't be applied: \(error)")
        }
        return form.value
    }

    private static func stopReasons(_ form: SuiteForm) throws -> [StopReason] {
        try form.texts().map { name in
            let reason = StopReason(converseName: name)
            if case .other = reason {
                let known = StopReason.named.map(\.converseName).joined(separator: ", ")
                throw form.error("names '\(name)', which is not known; allowed are \(known)")
            }
            return reason
        }
    }

    private static func limit(_ name: String, _ form: SuiteForm) throws -> Int {
        guard case .object = form.value else { return try form.integer(in: 1...10_000_000) }
        return try form.fields([name], required: [name])[name]?.integer(in: 1...10_000_000) ?? 1
    }

    private static func milliseconds(_ form: SuiteForm) throws -> Double {
        guard case .object = form.value else { return try form.number(atLeast: 0) }
        return try form.fields(["atMostMs"], required: ["atMostMs"])["atMostMs"]?.number(atLeast: 0) ?? 0
    }
}

extension Grader {
    package func encode(to encoder: any Encoder) throws {
        try form.encode(to: encoder)
    }

    var form: JSONValue {
        switch self {
        case .nonEmpty: .string("nonEmpty")
        case .uppercase: .string("uppercase")
        case .singleMessageStop: .string("singleMessageStop")
        case .eventOrder: .string("eventOrder")
        case .usageReported: .string("usageReported")
        case .exact(let texts, let caseSensitive): Self.alternatives("exact", texts, caseSensitive)
        case .includes(let texts, let caseSensitive): Self.alternatives("includes", texts, caseSensitive)
        case .excludes(let texts): .object(["excludes": JSONValue(texts)])
        case .sequence(let texts): .object(["sequence": JSONValue(texts)])
        case .regex(let pattern, let unmatched):
            .object([
                "regex": .object(["pattern": .string(pattern), "whenUnmatched": .string(unmatched.rawValue)])
            ])
        case .numeric(let value, let tolerance):
            .object(["numeric": .object(["value": JSONValue(value), "tolerance": JSONValue(tolerance)])])
        case .minimumCharacters(let minimum): .object(["minimumCharacters": JSONValue(minimum)])
        case .minimumLines(let minimum): .object(["minimumLines": JSONValue(minimum)])
        case .format(let rule): .object(["format": rule.form])
        case .json(let value, let isExtracted): Self.extracted("json", ["equals": value], isExtracted)
        case .jsonSchema(let schema, let isExtracted): Self.extracted("jsonSchema", ["schema": schema], isExtracted)
        case .toolCall(let name, let schema, let arguments):
            .object([
                "toolCall": .object(
                    ["name": name.map(JSONValue.string), "schema": schema, "arguments": arguments]
                        .compactMapValues { $0 })
            ])
        case .toolCalls(let range):
            .object([
                "toolCalls": CountRange(
                    atLeast: range.lowerBound, atMost: range.upperBound == Int.max ? nil : range.upperBound
                ).form
            ])
        case .refusal(let isRefused): .object(["refusal": .boolean(isRefused)])
        case .stopReason(let reasons): .object(["stopReason": JSONValue(reasons.map(\.converseName))])
        case .outputTokens(let most): .object(["outputTokens": .object(["atMost": JSONValue(most)])])
        case .chunks(let least): .object(["chunks": .object(["atLeast": JSONValue(least)])])
        case .latency(let most): .object(["latency": .object(["atMostMs": JSONValue(most)])])
        case .timeToFirstToken(let most): .object(["timeToFirstToken": .object(["atMostMs": JSONValue(most)])])
        case .group(let group): group.form
        }
    }

    private static func alternatives(_ name: String, _ texts: [String], _ caseSensitive: Bool) -> JSONValue {
        guard caseSensitive else { return .object([name: JSONValue(texts)]) }
        return .object([name: .object(["anyOf": JSONValue(texts), "caseSensitive": .boolean(true)])])
    }

    private static func extracted(_ name: String, _ value: [String: JSONValue?], _ isExtracted: Bool) -> JSONValue {
        var fields = value.compactMapValues { $0 }
        if isExtracted { fields["extracted"] = .boolean(true) }
        return .object([name: .object(fields)])
    }
}
