/// The `Authorization` header of Signature Version 4.
struct Authorization: Hashable {
    var accessKeyID: String
    var scope: CredentialScope
    /// As in the header: lower case, joined by semicolons.
    var signedHeaders: String
    /// Lower-case hexadecimal digits.
    var signature: String

    var headerValue: String {
        "\(SigV4Signer.algorithm) Credential=\(accessKeyID)/\(scope.text), "
            + "SignedHeaders=\(signedHeaders), Signature=\(signature)"
    }
}

extension Authorization {
    /// Reads the header; nil when the algorithm is another one or a part is missing or malformed.
    init?(headerValue: String) {
        let words = headerValue.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0] == SigV4Signer.algorithm else { return nil }
        var parts: [Substring: String] = [:]
        for part in words[1].split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            parts[pair[0].drop(while: \.isWhitespace)] = pair[1].filter { !$0.isWhitespace }
        }
        guard let credential = parts["Credential"], let signedHeaders = parts["SignedHeaders"],
            let signature = parts["Signature"]
        else { return nil }
        // Access key ids hold no slash, so a credential has exactly five parts.
        let fields = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 5, fields[4] == CredentialScope.terminator else { return nil }
        accessKeyID = fields[0]
        scope = CredentialScope(day: fields[1], region: fields[2], service: fields[3])
        self.signedHeaders = signedHeaders
        self.signature = signature
    }
}
