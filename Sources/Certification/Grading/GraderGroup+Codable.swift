import Contracts

extension GraderGroup: Codable {
    /// More nesting than this helps nobody to see what a test asks for.
    private static let deepest = 3

    package init(from decoder: any Decoder) throws {
        self = try GraderGroup(SuiteForm(from: decoder, name: "graders"), depth: 0)
    }

    /// Whether the form is a map with a group's keys.
    static func isSpelled(by form: SuiteForm) -> Bool {
        guard case .object(let fields) = form.value else { return false }
        return ["all", "any", "atLeast", "of"].contains { fields[$0] != nil }
    }

    // The depth is how many groups it stands in.
    init(_ form: SuiteForm, depth: Int) throws {
        guard depth < Self.deepest else { throw form.error("nests groups more than \(Self.deepest) deep") }
        switch form.value {
        case .array:
            self = GraderGroup(.all, try Self.graders(form, depth: depth))
        case .object(let fields) where fields["atLeast"] != nil || fields["of"] != nil:
            let fields = try form.fields(["atLeast", "of"], required: ["atLeast", "of"])
            let graders = try fields["of"].map { try Self.graders($0, depth: depth) } ?? []
            self = GraderGroup(
                .atLeast(try fields["atLeast"]?.integer(in: 1...graders.count) ?? graders.count), graders)
        case .object:
            let choice = try form.choice(of: ["all", "any", "atLeast"])
            let graders = try choice.value.map { try Self.graders($0, depth: depth) } ?? []
            self = GraderGroup(choice.name == "any" ? .any : .all, graders)
        case .string, .number, .boolean, .null:
            throw form.error("must be a list of graders, or a map with all, any, or atLeast and of")
        }
    }

    private static func graders(_ form: SuiteForm, depth: Int) throws -> [Grader] {
        let graders = try form.items().map { try Grader($0, depth: depth + 1) }
        guard !graders.isEmpty else { throw form.error("must not be an empty list") }
        return graders
    }

    package func encode(to encoder: any Encoder) throws {
        try form.encode(to: encoder)
    }

    /// Always a map, so that a group within a group is one too.
    var form: JSONValue {
        let graders = JSONValue.array(graders.map(\.form))
        return switch rule {
        case .all: .object(["all": graders])
        case .any: .object(["any": graders])
        case .atLeast(let count): .object(["atLeast": JSONValue(count), "of": graders])
        }
    }
}
