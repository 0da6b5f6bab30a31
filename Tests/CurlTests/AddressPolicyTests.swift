import Testing

@testable import Curl

@Suite("Address policy")
struct AddressPolicyTests {
    @Test(
        "Private, local and reserved addresses are refused",
        arguments: [
            "localhost", "api.localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1",
            "[::1]",
            "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
            "2002:7f00:1::", "2001::1", "2001:db8::1",
        ])
    func refused(host: String) {
        #expect(!AddressPolicy.publicOnly.allows(host: host))
        #expect(AddressPolicy.any.allows(host: host))
        #expect(AddressPolicy.privateOnly.allows(host: host))
    }

    @Test(
        "Public addresses and names are not",
        arguments: [
            "8.8.8.8", "172.15.0.1", "172.32.0.1", "11.0.0.1", "api.openai.com", "2606:4700::1111", "2002:808:808::",
            "::ffff:8.8.8.8",
        ])
    func allowed(host: String) {
        #expect(AddressPolicy.publicOnly.allows(host: host))
        // Of a name nothing is known before it is resolved.
        #expect(AddressPolicy.privateOnly.allows(host: host) == (host == "api.openai.com"))
    }
}
