import Foundation

/// Which addresses a request may connect to. It is asked of each address that a name resolves to, right before the
/// connection is opened, so that no name server can lead a request astray.
package enum AddressPolicy: Sendable, Hashable {
    case any
    /// None of private networks, of this machine, of the link, or reserved: where a cloud's metadata service and other
    /// people's unguarded servers are (IANA IPv4 and IPv6 Special-Purpose Address Registries).
    case publicOnly
    /// Only those that `publicOnly` refuses: for what must not cross the internet, such as a key without TLS.
    case privateOnly

    /// Whether a host may be connected to as far as its spelling tells, which `localhost` and literal addresses do. Of other
    /// names nothing is known before they are resolved.
    package func allows(host: String) -> Bool {
        let name = host.trimmingCharacters(in: ["[", "]", "."]).lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return allows(isPublic: false) }
        let address = Self.parse(name, family: AF_INET, length: 4) ?? Self.parse(name, family: AF_INET6, length: 16)
        return address.map(allows(address:)) ?? true
    }

    /// Whether an address, of 4 or 16 bytes in network order, may be connected to.
    func allows(address: [UInt8]) -> Bool {
        switch address.count {
        case 4: allows(isPublic: Self.isPublic(ipv4: address))
        case 16: allows(isPublic: Self.isPublic(ipv6: address))
        default: self == .any
        }
    }

    private func allows(isPublic: Bool) -> Bool {
        switch self {
        case .any: true
        case .publicOnly: isPublic
        case .privateOnly: !isPublic
        }
    }

    private static func parse(_ text: String, family: Int32, length: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: length)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    private static let reservedIPv4: [(network: UInt32, prefix: UInt32)] = [
        (0x0000_0000, 8), (0x0a00_0000, 8), (0x6440_0000, 10), (0x7f00_0000, 8), (0xa9fe_0000, 16),
        (0xac10_0000, 12), (0xc000_0000, 24), (0xc000_0200, 24), (0xc058_6300, 24), (0xc0a8_0000, 16),
        (0xc612_0000, 15), (0xc633_6400, 24), (0xcb00_7100, 24), (0xe000_0000, 4), (0xf000_0000, 4),
    ]

    private static func isPublic(ipv4 bytes: [UInt8]) -> Bool {
        let address = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return !reservedIPv4.contains { address >> (32 - $0.prefix) == $0.network >> (32 - $0.prefix) }
    }

    private static func isPublic(ipv6 bytes: [UInt8]) -> Bool {
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        let isTranslated = bytes.prefix(12).elementsEqual([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])
        if isMapped || isTranslated { return isPublic(ipv4: Array(bytes[12...])) }
        // 6to4 carries an IPv4 address behind its prefix.
        if bytes[0] == 0x20, bytes[1] == 0x02 { return isPublic(ipv4: Array(bytes[2..<6])) }
        let isTeredoOrProtocol = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02
        let isDocumentation = bytes.prefix(4).elementsEqual([0x20, 0x01, 0x0d, 0xb8])
        return bytes[0] & 0xe0 == 0x20 && !isTeredoOrProtocol && !isDocumentation
    }
}
