import Foundation
import Testing

@testable import AWSWire

@Suite("Event stream decoding")
struct EventStreamDecoderTests {
    private static let messages = (0..<20).map { number in
        EventStreamMessage(
            headers: [
                EventStreamHeader(":message-type", .string("event")),
                EventStreamHeader("number", .integer(Int32(number))),
            ],
            payload: Data(repeating: UInt8(number), count: number * 7))
    }

    private func prelude(total: UInt32, headers: UInt32) -> [UInt8] {
        let lengths = [total, headers].flatMap { bigEndian($0) }
        return lengths + bigEndian(CRC32.checksum(lengths))
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// A message with correct checksums around whatever the headers are.
    private func framed(headers: [UInt8]) -> [UInt8] {
        let checked = prelude(total: UInt32(16 + headers.count), headers: UInt32(headers.count)) + headers
        return checked + bigEndian(CRC32.checksum(checked))
    }

    private func error(of bytes: [UInt8]) -> EventStreamError? {
        var decoder = EventStreamDecoder()
        decoder.append(bytes)
        do {
            _ = try decoder.next()
            return nil
        } catch {
            return error
        }
    }

    @Test("However the stream is cut into chunks, the messages are the same", arguments: 0..<50 as Range<UInt64>)
    func randomSplits(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let stream = try Self.messages.reduce(into: Data()) { $0 += try $1.encode() }
        var decoder = EventStreamDecoder()
        var decoded: [EventStreamMessage] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(Int.random(in: 1...40, using: &random))
            rest = rest.dropFirst(chunk.count)
            decoder.append(chunk)
            while let message = try decoder.next() {
                decoded.append(message)
            }
        }
        #expect(decoded == Self.messages)
        #expect(decoder.pendingByteCount == 0)
    }

    @Test("A message comes out with its last byte and not before")
    func lastByte() throws {
        let bytes = try Self.messages[3].encode()
        var decoder = EventStreamDecoder()
        decoder.append(bytes.dropLast())
        #expect(try decoder.next() == nil)
        #expect(decoder.pendingByteCount == bytes.count - 1)
        decoder.append(bytes.suffix(1))
        #expect(try decoder.next() == Self.messages[3])
    }

    @Test("Every single flipped bit is detected")
    func bitFlips() throws {
        let bytes = try Array(EventStreamMessage.event(type: "messageStart", json: Data("{}".utf8)).encode())
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            let inPrelude = bit < 12 * 8
            #expect(
                error(of: flipped) == (inPrelude ? .preludeChecksumMismatch : .messageChecksumMismatch), "bit \(bit)")
        }
    }

    @Test("Random bytes neither crash the decoder nor become a message", arguments: 0..<50 as Range<UInt64>)
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<200).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        #expect(error(of: bytes) == .preludeChecksumMismatch)
    }

    @Test("Random headers with correct checksums never crash the decoder", arguments: 0..<50 as Range<UInt64>)
    func randomHeaders(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for length in 0..<64 {
            let headers = (0..<length).map { _ in UInt8.random(in: 0...12, using: &random) }
            var decoder = EventStreamDecoder()
            decoder.append(framed(headers: headers))
            do {
                let message = try #require(try decoder.next())
                // What was understood must say the same when it is written again.
                #expect(try message.encode() == Data(framed(headers: headers)))
            } catch let error as EventStreamError {
                #expect(error == .malformedHeader)
            }
        }
    }

    @Test("Lengths beyond the limits are refused before the rest has come")
    func lengthLimits() {
        let limit = UInt32(EventStreamMessage.maximumLength)
        #expect(error(of: prelude(total: limit, headers: 0)) == nil)
        #expect(error(of: prelude(total: limit + 1, headers: 0)) == .messageTooLarge(length: Int(limit) + 1))
        #expect(error(of: prelude(total: .max, headers: .max)) == .messageTooLarge(length: Int(UInt32.max)))
        let headersLimit = UInt32(EventStreamMessage.maximumHeadersLength)
        #expect(
            error(of: prelude(total: limit, headers: headersLimit + 1))
                == .headersTooLarge(length: Int(headersLimit) + 1))
    }

    @Test(
        "Lengths that contradict each other are refused",
        arguments: [(0, 0), (15, 0), (16, 1), (100, 85)] as [(UInt32, UInt32)])
    func contradictingLengths(total: UInt32, headers: UInt32) {
        #expect(
            error(of: prelude(total: total, headers: headers))
                == .malformedLengths(total: Int(total), headers: Int(headers)))
    }

    @Test(
        "A header that is not what it says is refused",
        arguments: [
            [0, 0],  // no name
            [1, 0x61],  // no type
            [1, 0x61, 10],  // no such type
            [5, 0x61, 0],  // a name beyond the end
            [1, 0x61, 4, 0, 0, 0],  // an integer of three bytes
            [1, 0x61, 7, 0, 5, 0x61],  // a string beyond the end
            [1, 0xff, 0],  // a name that is not UTF-8
            [1, 0x61, 7, 0, 1, 0xff],  // a string that is not UTF-8
            [1, 0x61, 9, 0],  // a short UUID
        ] as [[UInt8]])
    func malformedHeaders(headers: [UInt8]) {
        #expect(error(of: framed(headers: headers)) == .malformedHeader)
    }

    @Test("After an error nothing more comes out")
    func staysFailed() throws {
        let good = try Self.messages[1].encode()
        var decoder = EventStreamDecoder()
        decoder.append(good)
        decoder.append([UInt8](repeating: 0, count: 12))
        #expect(try decoder.next() == Self.messages[1])
        #expect(throws: EventStreamError.preludeChecksumMismatch) { try decoder.next() }
        decoder.append(good)
        #expect(throws: EventStreamError.preludeChecksumMismatch) { try decoder.next() }
        #expect(decoder.pendingByteCount == 0)
    }
}

/// SplitMix64: the same numbers in every run, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
