import Certificates
import Contracts
import Foundation

/// What a certificate is verified with, from files or a gateway.
struct VerificationSource {
    private(set) var verifier = CertificateVerifier(keys: KeySet([]))
    /// What could not be had, but does not keep from verifying.
    private(set) var notes: [CertificateReport.Finding] = []

    mutating func readKeys(_ path: String) throws {
        try takeKeys(try InputFile.read(path), from: path)
    }

    mutating func readRevocations(_ path: String) throws {
        try takeRevocations(String(decoding: try InputFile.read(path), as: UTF8.self), from: path)
    }

    mutating func readEvidence(_ path: String) throws {
        do {
            verifier.evidence = try JSONDecoder().decode(JSONValue.self, from: try InputFile.read(path))
        } catch is DecodingError {
            throw VerificationTrouble("The evidence in \(path) is no JSON.")
        }
    }

    mutating func fetch(from address: String) async throws {
        let client = try GatewayClient(address: address, token: nil)
        try takeKeys(try await client.download("/api/v1/keys"), from: address)
        do {
            let list = try await client.download("/api/v1/revocations")
            try takeRevocations(String(decoding: list, as: UTF8.self), from: address)
        } catch let error as GatewayFailure where error.isTemporary {
            notes.append(.init(.revocationsUnreadable, "Revocations were not looked at. \(error)"))
        }
    }

    private mutating func takeKeys(_ data: Data, from place: String) throws {
        do throws(SigningKeyError) {
            verifier.keys = try KeySet(json: data)
        } catch {
            throw VerificationTrouble("The public keys of \(place) cannot be used. \(error)")
        }
    }

    private mutating func takeRevocations(_ text: String, from place: String) throws {
        do throws(SignedDocument.Fault) {
            verifier.revocations = try RevocationList(text, keys: verifier.keys)
        } catch {
            // A list that anybody could have written must not let a revoked certificate pass.
            throw VerificationTrouble(
                "The revocations of \(place) cannot be used. \(CertificateReport.Finding(error).text)")
        }
    }
}

/// Why verifying could not even begin, in a sentence.
struct VerificationTrouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description.terminalSafe }
}

/// Files that commands read.
enum InputFile {
    /// The content of a file, or of standard input for `-`.
    ///
    /// - Throws: `VerificationTrouble` when it cannot be read or is longer than 64 MiB.
    static func read(_ path: String) throws(VerificationTrouble) -> Data {
        let limit = 67_108_864
        do {
            let handle = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else { throw VerificationTrouble("\(path) is longer than \(limit) bytes.") }
            return data
        } catch let trouble as VerificationTrouble {
            throw trouble
        } catch {
            throw VerificationTrouble("\(path) cannot be read: \(error.localizedDescription)")
        }
    }
}
