import AMQP
import Foundation
import LocalSystem
import Logging
import Testing

extension SideBySideTests {
    @Test("Dead letters are looked at, edited, replayed and discarded by the command line, and every step is on record")
    func deadLetters() async throws {
        try await withSystem { system in
            let options = ["--url", system.url, "--token", try await system.token()]
            func certforge(_ arguments: String...) async throws -> String {
                try await system.command(["dead-letters"] + arguments + options)
            }
            let job = try await system.submit(models: ["amazon.nova-lite-v1:0"], regions: ["us-east-1"])
            let certification = try #require(try await system.finished(job.id).certifications?.first)
            try await Self.publish(
                [#"{"jobId":"\#(job.id)"}"#, "no JSON"], type: "certification.requested", to: system.brokerURL)

            let groups = try await eventually("two kinds of letters", within: .seconds(60)) {
                let text = try await certforge("groups")
                return text.components(separatedBy: "undecodable").count == 3 ? text : nil
            }
            #expect(groups.contains("1 OPEN"))
            let ids = try await certforge("list").split(separator: "\n").compactMap { $0.split(separator: " ").first }
            #expect(ids.count == 2)
            let preview = try await certforge("replay", "--all", "--dry-run")
            #expect(preview.contains("2 NOT_POSSIBLE"))

            let incomplete = try #require(
                try await ids.asyncFirst(where: { try await certforge("show", "\($0)").contains(job.id) }).map(
                    String.init))
            let file = system.folder.appending(path: "payload.json")
            let target = #"{"provider":"bedrock","model":"m","region":"us-east-1","profile":"in-region"}"#
            let payload = """
                {"jobId":"\(job.id)","certificationId":"\(certification.id)","target":\(target),"suite":"base",
                 "lane":"normal","requestedAt":"2026-11-21T08:00:00Z"}
                """
            try Data(payload.utf8).write(to: file)
            let edited = try await certforge("edit", incomplete, "--body", file.path, "--yes")
            #expect(edited.contains("+  \"certificationId\": \"\(certification.id)\","))
            // It is readable now, and its certification judged: nothing is to be done.
            #expect(try await certforge("replay", incomplete, "--dry-run").contains("1 NOTHING_TO_DO"))
            let replayed = try await certforge("replay", incomplete)
            #expect(replayed.contains("COMPLETED") && replayed.contains("1 SKIPPED"))
            #expect(try await certforge("replays").contains("1 SKIPPED"))
            #expect(
                try await certforge("discard", "--cause", "undecodable", "--reason", "a test", "--yes").contains("2"))
            let history = try await certforge("history", incomplete)
            for action in ["STORED", "EDITED", "SKIPPED", "DISCARDED"] {
                #expect(history.contains(action), "\(history)")
            }
        }
    }

    private static func publish(_ bodies: [String], type: String, to url: String) async throws {
        let connection = try await AMQPConnection.connect(
            try AMQPConfiguration(url: url), logger: Logger(label: "test"))
        let channel = try await connection.openChannel()
        try await channel.selectConfirms()
        for body in bodies {
            var properties = AMQPProperties()
            properties.messageID = UUID().uuidString
            properties.type = type
            properties.headers = ["x-schema-version": 1]
            let confirm = try await channel.publish(
                AMQPPublication(
                    AMQPMessage(body: Data(body.utf8), properties: properties), exchange: "certforge.jobs",
                    routingKey: "certification.requested.normal"))
            #expect(confirm == .ack)
        }
        await connection.close()
    }
}

extension Array {
    fileprivate func asyncFirst(where isWanted: (Element) async throws -> Bool) async rethrows -> Element? {
        for element in self where try await isWanted(element) { return element }
        return nil
    }
}
