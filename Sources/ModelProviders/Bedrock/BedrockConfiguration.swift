package import AWSWire
package import Curl

/// How a process reaches Bedrock.
package struct BedrockConfiguration: Sendable {
    package var credentials: AWSCredentials
    package var endpoint: BedrockEndpoint
    /// Where models and inference profiles are listed; nil when nobody is to be asked, so that the ids of profiles follow
    /// from the region's name alone.
    package var controlEndpoint: BedrockEndpoint?
    /// Of one call; default 5 s to connect, 600 s in all, because a model may think for minutes and each test has a time limit
    /// of its own, and 60 s of silence in a stream. An answer in one piece is preceded by silence for as long as it is made.
    package var timeouts: TransferTimeouts

    package init(
        credentials: AWSCredentials, endpoint: BedrockEndpoint = .aws,
        controlEndpoint: BedrockEndpoint? = nil,
        timeouts: TransferTimeouts = TransferTimeouts(
            connect: .seconds(5), total: .seconds(600), idle: .seconds(60))
    ) {
        self.credentials = credentials
        self.endpoint = endpoint
        self.controlEndpoint = controlEndpoint
        self.timeouts = timeouts
    }
}
