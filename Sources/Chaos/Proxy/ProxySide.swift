import NIOCore

/// Hands what one channel receives to the other.
///
/// `@unchecked Sendable`: touched on the proxy's loop only.
final class ProxySide: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    let other: any Channel
    private var isFrozen = true
    /// What arrived while it was frozen: a channel whose peer closes is read to its end whatever it was told.
    private var held: [ByteBuffer] = []
    private var hasEnded = false

    init(to other: any Channel) {
        self.other = other
    }

    func freeze() { isFrozen = true }

    func thaw() {
        isFrozen = false
        for buffer in held { other.writeAndFlush(buffer, promise: nil) }
        held = []
        if hasEnded { other.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if isFrozen { held.append(buffer) } else { other.writeAndFlush(buffer, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded = true
        if !isFrozen { other.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
