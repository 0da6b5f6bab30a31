import AWSWire
import Foundation
import Testing

extension BotocoreVectors {
    static var date: Date { Date(timeIntervalSince1970: TimeInterval(secondsSince1970)) }
}

extension BotocoreSignature: CustomTestStringConvertible {
    var testDescription: String { "\(method) \(host)\(path)" }

    var credentials: AWSCredentials {
        AWSCredentials(
            accessKeyID: BotocoreVectors.accessKeyID, secretAccessKey: BotocoreVectors.secretAccessKey,
            sessionToken: sessionToken)
    }

    var signer: SigV4Signer {
        SigV4Signer(credentials: credentials, region: region, service: service)
    }

    var request: SignableRequest {
        let contentType = body.isEmpty ? [] : [(name: "Content-Type", value: "application/json")]
        return SignableRequest(
            method: method, path: path, query: query, headers: [("Host", host)] + contentType, body: Data(body.utf8))
    }
}
