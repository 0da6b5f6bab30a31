import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// A JSON answer with the headers that all of Bedrock's answers have.
    static func bedrock(_ body: some Encodable, requestID: String) throws -> Response {
        Response(
            status: .ok, headers: .bedrock(requestID: requestID, contentType: "application/json"),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(body))))
    }

    static func bedrock(_ error: BedrockError, requestID: String) throws -> Response {
        var response = try bedrock(["message": error.message], requestID: requestID)
        response.status = HTTPResponse.Status(code: error.status)
        if !error.type.isEmpty { response.headers[named: "x-amzn-errortype"] = error.type }
        return response
    }
}

extension HTTPFields {
    static func bedrock(requestID: String, contentType: String) -> HTTPFields {
        var fields: HTTPFields = [.contentType: contentType]
        fields[named: "x-amzn-requestid"] = requestID
        return fields
    }

    /// The field of a name that HTTPTypes has no constant for.
    fileprivate subscript(named name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set {
            guard let name = HTTPField.Name(name) else { return }
            self[name] = newValue
        }
    }
}
