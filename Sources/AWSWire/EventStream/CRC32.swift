/// CRC-32 as in IEEE 802.3 and zlib: reflected polynomial 0xEDB88320, initial and final value inverted.
///
/// Written here because nothing that the project links offers it: swift-crypto has no checksums, and zlib is not among
/// its libraries.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let table = Self.table
        return ~bytes.reduce(~0) { value, byte in
            table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8
        }
    }
}
