/// Keeps the last reply's text out of the lines that a mail server sends.
struct SMTPReplyReader {
    /// At most this many characters are kept.
    static let limit = 500

    private(set) var text = ""
    private var isContinued = false

    /// Takes one line, such as `550-5.1.1 No such` or `250 OK`.
    mutating func receive(line: some Collection<UInt8>) {
        let line = String(decoding: line.prefix(Self.limit).filter { $0 != 0x0d && $0 != 0x0a }, as: UTF8.self)
        // The answer to QUIT says nothing of the mail.
        guard !line.hasPrefix("221") else { return }
        text = String((isContinued ? "\(text) \(line.dropFirst(4))" : line).prefix(Self.limit))
        isContinued = line.dropFirst(3).first == "-"
    }
}
