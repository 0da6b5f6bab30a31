import CCurl

/// Owns libcurl's multi handle.
///
/// `@unchecked Sendable`: `wakeUp` is the one function that libcurl allows on any thread, and the loop's mailbox calls
/// it only while the loop runs; the loop's thread alone calls all others. The handle is freed with the last reference.
final class MultiHandle: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer

    init(maxIdleConnections: Int) throws(CurlError) {
        guard Self.isLibraryReady, let handle = curl_multi_init() else {
            throw CurlError(.library, detail: "libcurl could not be initialised")
        }
        self.handle = handle
        certforge_multi_set_long(handle, CURLMOPT_MAXCONNECTS, maxIdleConnections)
        certforge_multi_set_long(handle, CURLMOPT_PIPELINING, 0)
    }

    deinit {
        curl_multi_cleanup(handle)
    }

    // libcurl wants to be initialised once in a process, before its first use.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    func add(_ easy: EasyHandle) throws(CurlError) {
        let result = easy.withPointer { curl_multi_add_handle(handle, $0) }
        guard result == CURLM_OK else {
            throw CurlError(.library, detail: String(cString: curl_multi_strerror(result)))
        }
    }

    /// Ends the handle's transfer; the connection of one that is not finished is closed.
    func remove(_ easy: EasyHandle) {
        _ = easy.withPointer { curl_multi_remove_handle(handle, $0) }
    }

    /// Does what can be done without waiting; calls back.
    func perform() {
        var running: Int32 = 0
        curl_multi_perform(handle, &running)
    }

    /// A transfer that libcurl has finished.
    struct Completion {
        var identity: UInt
        var result: CURLcode
    }

    /// The next finished transfer; nil when there is none.
    func nextCompletion() -> Completion? {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(handle, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            return Completion(
                identity: UInt(bitPattern: message.pointee.easy_handle), result: message.pointee.data.result)
        }
        return nil
    }

    /// Waits until a socket is ready, a time of libcurl's own has come, `wakeUp` is called or `limit` has passed.
    func poll(limit: Duration) {
        curl_multi_poll(handle, nil, 0, Int32(clamping: limit.wholeMilliseconds), nil)
    }

    func wakeUp() {
        curl_multi_wakeup(handle)
    }
}
