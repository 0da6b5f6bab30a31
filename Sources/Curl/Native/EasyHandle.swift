import CCurl

/// Owns one libcurl easy handle and the lists that its options refer to.
///
/// Used by the loop's thread only, except that it is made and set up by the thread that submits the transfer.
final class EasyHandle {
    /// libcurl calls back with the context given to `setContext`.
    typealias Callback = @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int

    /// The numbers are totals and progress of download and upload.
    typealias ProgressCallback =
        @convention(c) (UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> Int32

    private let handle: UnsafeMutableRawPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>
    // libcurl copies strings but not lists: each must live as long as the handle.
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    init() throws(CurlError) {
        guard let handle = curl_easy_init() else { throw CurlError(.library, detail: "curl_easy_init failed") }
        self.handle = handle
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        certforge_easy_set_string(handle, CURLOPT_ERRORBUFFER, errorBuffer)
    }

    deinit {
        curl_easy_cleanup(handle)
        for list in lists { curl_slist_free_all(list) }
        errorBuffer.deallocate()
    }

    /// Tells the handle from others; never dereferenced.
    var identity: UInt { UInt(bitPattern: handle) }

    /// What libcurl says about the last failure.
    var errorText: String { String(cString: errorBuffer) }

    func withPointer<R>(_ body: (UnsafeMutableRawPointer) -> R) -> R { body(handle) }

    func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try check(certforge_easy_set_long(handle, option, value), option)
    }

    func set(_ option: CURLoption, _ value: Bool) throws(CurlError) {
        try set(option, value ? 1 : 0)
    }

    func setOffset(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try check(certforge_easy_set_offset(handle, option, curl_off_t(value)), option)
    }

    /// The value must be without NUL, which would cut it short.
    func set(_ option: CURLoption, _ value: String) throws(CurlError) {
        try check(certforge_easy_set_string(handle, option, value), option)
    }

    /// Whole milliseconds are used, at least 1, because libcurl takes 0 for its default.
    func set(_ option: CURLoption, _ value: Duration) throws(CurlError) {
        try set(option, max(1, value.wholeMilliseconds))
    }

    /// The bytes must stay valid for as long as the handle.
    func set(_ option: CURLoption, _ bytes: StableBytes) throws(CurlError) {
        let result = bytes.withPointer { certforge_easy_set_pointer(handle, option, $0) }
        try check(result, option)
    }

    func set(_ option: CURLoption, list strings: [String]) throws(CurlError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for string in strings {
            guard let longer = curl_slist_append(list, string) else {
                curl_slist_free_all(list)
                throw CurlError(.library, detail: "curl_slist_append failed")
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        try check(certforge_easy_set_list(handle, option, list), option)
    }

    func set(_ option: CURLoption, callback: @escaping Callback) throws(CurlError) {
        try check(certforge_easy_set_callback(handle, option, callback), option)
    }

    /// The callback ends the transfer by returning anything but 0.
    func setProgress(callback: @escaping ProgressCallback) throws(CurlError) {
        try check(certforge_easy_set_progress(handle, callback), CURLOPT_XFERINFOFUNCTION)
        try set(CURLOPT_NOPROGRESS, false)
    }

    /// The context is not retained: it must outlive the handle's stay in the multi handle.
    func set(_ option: CURLoption, context: AnyObject) throws(CurlError) {
        let pointer = Unmanaged.passUnretained(context).toOpaque()
        try check(certforge_easy_set_pointer(handle, option, pointer), option)
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return certforge_easy_get_long(handle, info, &value) == CURLE_OK ? value : 0
    }

    func count(_ info: CURLINFO) -> Int {
        var value = curl_off_t()
        return certforge_easy_get_offset(handle, info, &value) == CURLE_OK ? Int(value) : 0
    }

    func duration(_ info: CURLINFO) -> Duration {
        var value = curl_off_t()
        return certforge_easy_get_offset(handle, info, &value) == CURLE_OK ? .microseconds(Int64(value)) : .zero
    }

    /// Stops or resumes receiving. Resuming may call back at once.
    func setReceivingPaused(_ isPaused: Bool) {
        curl_easy_pause(handle, isPaused ? CURLPAUSE_RECV : CURLPAUSE_CONT)
    }

    private func check(_ result: CURLcode, _ option: CURLoption) throws(CurlError) {
        guard result == CURLE_OK else {
            throw CurlError(
                .library, curlCode: Int32(result.rawValue), detail: "libcurl refused option \(option.rawValue)")
        }
    }
}

extension Duration {
    /// Rounded up.
    var wholeSeconds: Int { (wholeMilliseconds + 999) / 1000 }

    /// Rounded up.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
