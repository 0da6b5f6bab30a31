import Foundation
import NIOCore
import NIOPosix

/// A client that sends a head and then a byte of the body every few milliseconds, for as long as the server lets it.
struct DrippingClient: Sendable {
    let port: Int

    /// Everything that the server sent until it ended the connection.
    func answer(toHead head: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head))
            return try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask {
                    // Ends with an error once the server has closed the connection.
                    while (try? await outbound.write(ByteBuffer(string: " "))) != nil {
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    return nil
                }
                group.addTask {
                    var text = ""
                    do {
                        for try await part in inbound { text += String(buffer: part) }
                    } catch is IOError {
                        // A byte that was under way when the server closed is answered with a reset.
                    }
                    return text
                }
                while let text = try await group.next() {
                    guard let text else { continue }
                    group.cancelAll()
                    return text
                }
                return ""
            }
        }
    }
}
