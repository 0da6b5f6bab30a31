import Foundation

/// Owns bytes at an address that does not change, for libcurl to read while a transfer lasts.
final class StableBytes {
    private let storage: UnsafeMutableRawBufferPointer
    /// How many of the bytes `read` has handed out.
    private var offset = 0

    init(_ data: Data) {
        // One byte more, so that there is an address also for no bytes.
        storage = .allocate(byteCount: data.count + 1, alignment: 1)
        storage.copyBytes(from: data)
        storage[data.count] = 0
    }

    deinit {
        storage.deallocate()
    }

    var count: Int { storage.count - 1 }

    func withPointer<R>(_ body: (UnsafeMutableRawPointer?) -> R) -> R { body(storage.baseAddress) }

    /// Copies the next bytes to `buffer`.
    ///
    /// - Returns: how many; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let length = min(buffer.count, count - offset)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[offset..<offset + length]))
        offset += length
        return length
    }
}
