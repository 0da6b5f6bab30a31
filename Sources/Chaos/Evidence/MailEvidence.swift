import Foundation

/// What the mail server got.
struct MailEvidence: Sendable, Codable {
    var mails = 0
    /// Mails with a Message-ID that had come before.
    var twice = 0
    /// Those of them that no delivery with an unknown end explains: job and recipient.
    var unexplained: [String] = []
    /// Jobs and recipients with mails of different Message-IDs.
    var doubled: [String] = []
    /// Jobs and recipients without one.
    var missing: [String] = []

    init() {}

    /// Reads the mails to recipients in `domain` from the folder where the mail server keeps a file for each. `expected`
    /// holds job and recipient of each mail that there must be, `uncertain` the deliveries with an unknown end by them.
    init(in folder: URL, domain: String, expected: Set<String>, uncertain: [String: Int]) throws {
        var ids: [String: [String]] = [:]
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        for file in files where file.pathExtension == "eml" {
            let head = Self.head(of: try Data(contentsOf: file))
            // Notices of drift come beside the mail about the job.
            guard let recipient = head["x-envelope-to"], recipient.hasSuffix(domain),
                head["x-certforge-notice"] == nil
            else { continue }
            ids["\(head["x-certforge-job-id"] ?? "none") \(recipient)", default: []].append(
                head["message-id"] ?? "none")
        }
        for (place, found) in ids {
            mails += found.count
            if Set(found).count > 1 { doubled.append(place) }
            let again = found.count - Set(found).count
            twice += again
            if again > uncertain[place] ?? 0 { unexplained.append(place) }
        }
        missing = expected.subtracting(ids.keys).sorted()
    }

    /// The header fields by their names in small letters.
    private static func head(of mail: Data) -> [String: String] {
        let text = String(decoding: mail.prefix(8_192), as: UTF8.self)
        var fields: [String: String] = [:]
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":"), line.first != " " else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            fields[line[..<colon].lowercased()] = value
        }
        return fields
    }
}
