import Certification

/// What has come of a streamed answer, within bounds: a stream without an end must not fill the memory.
struct StreamedAnswer {
    /// Of text, reasoning and arguments together; far more than any model's output limit gives.
    static let maxBytes = 4 * 1024 * 1024
    /// An empty chunk is not kept, so that the bytes bound the chunks too, but a drip of single bytes costs much more.
    static let maxChunks = 300_000

    private(set) var chunks: [StreamedChunk] = []
    /// In the order in which they began.
    private(set) var toolCalls: [ToolCall] = []
    /// When the first content of any kind came.
    private(set) var firstChunk: Duration?
    /// Whether reasoning came that nobody can read.
    private(set) var hasRedactedReasoning = false
    private var byteCount = 0
    private var toolPositions: [Int: Int] = [:]

    var text: String { joined(.text) }
    var reasoning: String { joined(.reasoning) }
    /// When the first visible text came.
    var firstVisibleText: Duration? { chunks.first { $0.kind == .text }?.arrival }

    private func joined(_ kind: StreamedChunk.Kind) -> String {
        chunks.lazy.filter { $0.kind == kind }.map(\.text).joined()
    }

    /// - Throws: `malformedOutput` when the answer has become too long.
    mutating func add(_ kind: StreamedChunk.Kind, _ text: String, arrival: Duration) throws(ProviderError) {
        guard !text.isEmpty else { return }
        byteCount += text.utf8.count
        guard byteCount <= Self.maxBytes, chunks.count < Self.maxChunks else {
            throw ProviderError(
                category: .malformedOutput, code: "",
                message: "the answer is longer than \(Self.maxBytes / 1_048_576) MiB or \(Self.maxChunks) chunks; "
                    + "its rest was not read")
        }
        firstChunk = firstChunk ?? arrival
        chunks.append(StreamedChunk(kind: kind, text: text, arrival: arrival))
    }

    /// A piece of redacted reasoning came.
    mutating func addRedacted(arrival: Duration) {
        hasRedactedReasoning = true
        firstChunk = firstChunk ?? arrival
    }

    mutating func begin(_ call: ToolCall, block: Int, arrival: Duration) throws(ProviderError) {
        toolPositions[block] = toolCalls.count
        toolCalls.append(call)
        try add(.toolCall, call.name, arrival: arrival)
    }

    /// Arguments of a call that was never begun are kept under no name.
    mutating func addToolInput(_ input: String, block: Int, arrival: Duration) throws(ProviderError) {
        if toolPositions[block] == nil {
            toolPositions[block] = toolCalls.count
            toolCalls.append(ToolCall(id: "", name: "", arguments: ""))
        }
        if let position = toolPositions[block] { toolCalls[position].arguments += input }
        try add(.toolCall, input, arrival: arrival)
    }
}
