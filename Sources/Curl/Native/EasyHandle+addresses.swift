import CCurl
import Foundation

extension EasyHandle {
    /// libcurl asks for a socket to connect to an address; a negative answer refuses it.
    typealias SocketCallback =
        @convention(c) (UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t

    func setOpenSocket(callback: @escaping SocketCallback) throws(CurlError) {
        let result = withPointer { certforge_easy_set_open_socket($0, callback) }
        guard result == CURLE_OK else {
            throw CurlError(.library, curlCode: Int32(result.rawValue), detail: "libcurl refused a socket callback")
        }
    }

    /// The bytes of an Internet address in network order; nil for one of another family.
    static func bytes(of address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8]? {
        let wanted: (offset: Int, count: Int)? =
            switch address.pointee.family {
            case AF_INET: MemoryLayout<sockaddr_in>.offset(of: \.sin_addr).map { ($0, 4) }
            case AF_INET6: MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr).map { ($0, 16) }
            default: nil
            }
        guard let wanted, let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr),
            Int(address.pointee.addrlen) >= wanted.offset + wanted.count
        else { return nil }
        // libcurl keeps `addrlen` bytes there, which for IPv6 are more than the field's type has.
        let bytes = UnsafeRawPointer(address) + start + wanted.offset
        return Array(UnsafeRawBufferPointer(start: bytes, count: wanted.count))
    }

    /// As libcurl itself opens a socket.
    static func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        socket(
            address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }
}
