import Testing

@testable import AWSWire

@Suite("CRC-32")
struct CRC32Tests {
    @Test(
        "The checksum is that of zlib",
        arguments: [
            ("", 0),
            ("123456789", 0xCBF4_3926),
            ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
        ] as [(String, UInt32)])
    func knownValues(text: String, expected: UInt32) {
        #expect(CRC32.checksum(Array(text.utf8)) == expected)
    }
}
