package import AWSWire
package import Curl

/// How a process reaches Bedrock.
package struct BedrockConfiguration: Sendable {
    package var credentials: AWSCredentials
    package var endpoint: BedrockEndpoint
    /// Where models and inference profiles are listed; nil when nobody is to be asked, so that the ids of profiles follow
    /// from the region's name alone.
    package var controlEndpoint: BedrockEndpoint?
    /// Of one call; default 5 s to connect, 120 s in all and 60 s of silence, because a slow model thinks for longer
    /// than most servers.
    package var timeouts: TransferTimeouts

    package init(
        credentials: AWSCredentials, endpoint: BedrockEndpoint = .aws,
        controlEndpoint: BedrockEndpoint? = nil,
        timeouts: TransferTimeouts = TransferTimeouts(
            connect: .seconds(5), total: .seconds(120), idle: .seconds(60))
    ) {
        self.credentials = credentials
        self.endpoint = endpoint
        self.controlEndpoint = controlEndpoint
        self.timeouts = timeouts
    }
}
