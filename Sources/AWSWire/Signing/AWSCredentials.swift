/// What a client of AWS signs its requests with.
package struct AWSCredentials: Sendable, Hashable {
    package var accessKeyID: String
    package var secretAccessKey: String
    /// Present when the credentials are temporary ones of AWS STS.
    package var sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "AWS credentials \(accessKeyID)" }
    // The reflected default would print the secret into logs and test reports.
    package var debugDescription: String { description }
}
