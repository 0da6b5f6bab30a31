import AWSWire

/// What is wrong with a setting.
package struct BedrockSettingFault: Error, Sendable, Hashable {
    package let key: String
    /// The end of a sentence that begins with the key. It quotes no value, which may hold a secret.
    package let problem: String
}

extension BedrockConfiguration {
    /// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`,
    /// `AWS_ENDPOINT_URL_BEDROCK` and, for what these two leave open, `AWS_ENDPOINT_URL`.
    ///
    /// - Parameter setting: a setting's value by its name; nil when it is absent.
    /// - Throws: `BedrockSettingFault`, or what `setting` throws.
    package init(setting: (String) throws -> String?) throws {
        func required(_ key: String, _ purpose: String) throws -> String {
            guard let value = try setting(key) else {
                throw BedrockSettingFault(key: key, problem: "is not set. It is \(purpose)")
            }
            return value
        }
        func endpoint(_ keys: [String]) throws -> BedrockEndpoint? {
            for key in keys {
                guard let url = try setting(key) else { continue }
                do {
                    return try BedrockEndpoint(url: url)
                } catch {
                    throw BedrockSettingFault(
                        key: key, problem: "is not an http or https URL without user, query and fragment")
                }
            }
            return nil
        }
        self.init(
            credentials: AWSCredentials(
                accessKeyID: try required("AWS_ACCESS_KEY_ID", "the access key that calls Bedrock"),
                secretAccessKey: try required("AWS_SECRET_ACCESS_KEY", "the secret of AWS_ACCESS_KEY_ID"),
                sessionToken: try setting("AWS_SESSION_TOKEN")))
        let runtime = try endpoint(["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"])
        let control = try endpoint(["AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL"])
        self.endpoint = runtime ?? .aws
        // Who puts something in the runtime's place does not mean AWS to be asked about it.
        controlEndpoint = control ?? (runtime == nil ? .awsControlPlane : nil)
    }
}
