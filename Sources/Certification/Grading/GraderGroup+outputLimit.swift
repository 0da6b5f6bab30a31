extension GraderGroup {
    /// Whether the answer is asked to keep to a limit on output tokens or to be ended by it.
    var isAboutOutputLimit: Bool {
        graders.contains { grader in
            switch grader {
            case .outputTokens: true
            case .stopReason(let reasons): reasons == [.maxTokens]
            case .group(let group): group.isAboutOutputLimit
            default: false
            }
        }
    }
}
