/// The models that jobs ask for, and how some of them misbehave.
enum ModelMix {
    static let regions = ["us-east-1", "eu-central-1"]

    /// Offered in both regions.
    static let models = [
        "anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-5-haiku-20241022-v1:0",
        "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "mistral.mistral-large-2402-v1:0",
        "mistral.mistral-small-2402-v1:0", "meta.llama3-70b-instruct-v1:0", "cohere.command-r-v1:0",
        "ai21.jamba-1-5-mini-v1:0", "ai21.jamba-1-5-large-v1:0",
    ]

    /// The simulator's control file: half of the models are well. One has a true quota, less than half of what the
    /// processors believe; a model that throttled at random, however seldom it is called, would never be done with.
    static let control = """
        {"models": {
          "mistral.mistral-large-2402-v1:0": {"behaviour": "deny"},
          "mistral.mistral-small-2402-v1:0": {"behaviour": "answer-badly"},
          "meta.llama3-70b-instruct-v1:0": {"behaviour": "unavailable", "share": 0.03},
          "ai21.jamba-1-5-mini-v1:0": {"behaviour": "fail-internally", "share": 0.03},
          "ai21.jamba-1-5-large-v1:0": {"behaviour": "cut-stream", "share": 0.05}
        }, "quotas": {"cohere.command-r-v1:0": {"requestsPerMinute": 150}}}
        """
}
