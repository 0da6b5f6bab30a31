extension GraderGroup {
    /// The group with the schemas of the request's tools where it asks for a call of one and names no schema.
    func knowing(_ tools: [ToolDefinition]) -> GraderGroup {
        GraderGroup(rule, graders.map { $0.knowing(tools) })
    }
}

extension Grader {
    fileprivate func knowing(_ tools: [ToolDefinition]) -> Grader {
        switch self {
        case .toolCall(let name?, nil, let arguments):
            .toolCall(name: name, schema: tools.first { $0.name == name }?.schema, arguments: arguments)
        case .group(let group): .group(group.knowing(tools))
        default: self
        }
    }

    /// The rule of form that it checks; nil when it checks none.
    var formatRule: FormatRule? {
        switch self {
        case .format(let rule): rule
        case .uppercase: .allCaps
        default: nil
        }
    }
}
