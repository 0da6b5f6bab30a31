import CCurl
import Foundation

/// A transfer as libcurl sees it: the handle, what it sends, and what its callbacks do.
///
/// `@unchecked Sendable`: it is set up by one thread, handed to the loop's thread through the mailbox, whose lock
/// orders the two, and from then on used by the loop's thread only.
final class Exchange: @unchecked Sendable {
    let transfer: Transfer
    let easy: EasyHandle
    private let upload: StableBytes
    private let kind: Kind
    private let idleLimit: Duration?
    private let bodyLimit: Int
    private var headerParser: HeaderParser
    private var reply = SMTPReplyReader()
    private var received = 0
    private var uploaded = 0
    private var isPaused = false
    private var lastActivity = ContinuousClock.now
    private var addressPolicy = AddressPolicy.any
    /// Whether the policy kept the transfer from an address that its host's name led to.
    private var wasKeptAway = false
    /// Why a callback told libcurl to give up.
    private var abortCause: CurlError?

    enum Kind {
        case http
        case mail
    }

    struct Limits {
        var idle: Duration?
        var headerBytes: Int
        var bodyBytes: Int
    }

    init(transfer: Transfer, kind: Kind, upload: StableBytes, limits: Limits) throws(CurlError) {
        self.transfer = transfer
        self.kind = kind
        self.upload = upload
        idleLimit = limits.idle
        bodyLimit = limits.bodyBytes
        headerParser = HeaderParser(limit: limits.headerBytes)
        easy = try EasyHandle()
        // Not retained: the loop keeps this object until it has removed the handle, after which libcurl calls no more.
        try easy.set(CURLOPT_WRITEDATA, context: self)
        try easy.set(CURLOPT_WRITEFUNCTION, callback: Self.receiveBody)
        try easy.set(CURLOPT_HEADERDATA, context: self)
        try easy.set(CURLOPT_HEADERFUNCTION, callback: Self.receiveHeader)
    }

    /// Has libcurl ask for the upload in pieces, and before each step whether the transfer is still wanted.
    func readUploadOnDemand() throws(CurlError) {
        try easy.set(CURLOPT_XFERINFODATA, context: self)
        try easy.setProgress(callback: Self.checkIsWanted)
        try easy.set(CURLOPT_READDATA, context: self)
        try easy.set(CURLOPT_READFUNCTION, callback: Self.sendUpload)
    }

    /// Has libcurl ask before it connects to an address.
    func guardAddresses(by policy: AddressPolicy) throws(CurlError) {
        addressPolicy = policy
        try easy.set(CURLOPT_OPENSOCKETDATA, context: self)
        try easy.setOpenSocket(callback: Self.openSocket)
    }

    // MARK: - For the loop

    /// Whether the transfer, once its reader has been told of its end, is to be left to end by its own callback.
    ///
    /// Taking a mail's handle away in mid-transaction makes libcurl 7.88 send the end of the message all the same, so
    /// that half a mail is delivered, and wait for the reply (`smtp_done`). A callback's refusal closes the connection.
    var endsByCallback: Bool { kind == .mail }

    /// When the transfer has been silent for too long; nil while it has no limit or is held back.
    var idleDeadline: ContinuousClock.Instant? {
        guard let idleLimit else { return nil }
        // Looked at again after a whole limit: the reader's own pause is no silence of the peer.
        return isPaused ? ContinuousClock.now + idleLimit : lastActivity + idleLimit
    }

    func noteActivity() {
        lastActivity = .now
    }

    /// Counts bytes sent since the last look as activity: libcurl makes no callback for a request's body.
    func noteUpload() {
        let count = easy.count(CURLINFO_SIZE_UPLOAD_T)
        guard count != uploaded else { return }
        uploaded = count
        noteActivity()
    }

    func unpause() {
        guard isPaused else { return }
        isPaused = false
        noteActivity()
        easy.setReceivingPaused(false)
    }

    /// What libcurl's result means.
    func outcome(of result: CURLcode) -> Result<TransferEnd, CurlError> {
        let code = easy.number(CURLINFO_RESPONSE_CODE)
        if let abortCause { return .failure(abortCause) }
        guard result == CURLE_OK else {
            if wasKeptAway { return .failure(CurlError(.addressRefused, detail: "the address is not a public one")) }
            let report = TransferFailure(
                result: result, replyCode: kind == .mail ? code : 0, replyText: reply.text, detail: easy.errorText,
                isConnected: easy.duration(CURLINFO_CONNECT_TIME_T) > .zero)
            return .failure(CurlError(report))
        }
        return .success(TransferEnd(timing: timing, responseCode: code, replyText: reply.text))
    }

    private var timing: TransferTiming {
        TransferTiming(
            nameLookup: easy.duration(CURLINFO_NAMELOOKUP_TIME_T), connect: easy.duration(CURLINFO_CONNECT_TIME_T),
            tls: easy.duration(CURLINFO_APPCONNECT_TIME_T), firstByte: easy.duration(CURLINFO_STARTTRANSFER_TIME_T),
            total: easy.duration(CURLINFO_TOTAL_TIME_T), reusedConnection: easy.number(CURLINFO_NUM_CONNECTS) == 0)
    }

    // MARK: - Callbacks

    private static let receiveBody: EasyHandle.Callback = { bytes, size, count, context in
        exchange(context)?.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }

    private static let receiveHeader: EasyHandle.Callback = { bytes, size, count, context in
        exchange(context)?.receive(header: UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }

    private static let sendUpload: EasyHandle.Callback = { bytes, size, count, context in
        exchange(context)?.upload.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? 0
    }

    private static let openSocket: EasyHandle.SocketCallback = { context, _, address in
        guard let exchange = exchange(context), let address else { return -1 }
        guard let bytes = EasyHandle.bytes(of: address), exchange.addressPolicy.allows(address: bytes) else {
            exchange.wasKeptAway = true
            return -1
        }
        return EasyHandle.open(address)
    }

    private static let checkIsWanted: EasyHandle.ProgressCallback = { context, _, _, _, _ in
        exchange(context)?.transfer.isRunning == true ? 0 : 1
    }

    /// Valid because the loop keeps the exchange for as long as libcurl calls back.
    private static func exchange(_ context: UnsafeMutableRawPointer?) -> Exchange? {
        context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
    }

    /// - Returns: how many bytes were taken; another number than all makes libcurl give up.
    private func receive(body bytes: UnsafeRawBufferPointer) -> Int {
        let arrival = ContinuousClock.now
        lastActivity = arrival
        received += bytes.count
        guard received <= bodyLimit else {
            return abort(CurlError(.tooLarge, detail: "the body exceeds \(bodyLimit) bytes"))
        }
        guard !bytes.isEmpty else { return 0 }
        if transfer.receive(HTTPChunk(bytes: Data(bytes), arrival: arrival)) {
            isPaused = true
            easy.setReceivingPaused(true)
        }
        return bytes.count
    }

    private func receive(header bytes: UnsafeRawBufferPointer) -> Int {
        let arrival = ContinuousClock.now
        lastActivity = arrival
        guard kind == .http else {
            reply.receive(line: bytes)
            return bytes.count
        }
        switch headerParser.receive(line: bytes) {
        case .more:
            break
        case .complete(let status, let headers):
            transfer.receive(TransferHead(status: status, headers: headers, arrival: arrival))
        case .malformed:
            return abort(CurlError(.protocolViolation, detail: "a header line is malformed"))
        case .tooLarge:
            return abort(CurlError(.tooLarge, detail: "the headers exceed the limit"))
        }
        return bytes.count
    }

    private func abort(_ cause: CurlError) -> Int {
        abortCause = cause
        return Int(CURL_WRITEFUNC_ERROR)
    }
}
