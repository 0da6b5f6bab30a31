/// Whether the events of a ConverseStream come in the order that AWS documents: messageStart; for each block, one after
/// another, a start (which blocks of text may lack), deltas and a stop; messageStop; metadata.
///
/// The first fault is kept: those after it mostly follow from it.
struct ConverseEventOrder {
    private enum Progress {
        case before
        case betweenBlocks
        case inBlock(Int)
        case stopped
        case ended
    }

    private var progress = Progress.before
    private var closedBlocks = 0
    /// In a sentence; nil when nothing was wrong.
    private(set) var fault: String?

    mutating func record(_ event: ConverseStreamEvent) {
        switch event {
        case .messageStart: messageStart()
        case .blockStart(let index, _): open(index, by: "contentBlockStart")
        case .text(let index, _), .reasoning(let index, _), .otherDelta(let index): delta(index)
        case .toolInput(let index, _): toolDelta(index)
        case .blockStop(let index): blockStop(index)
        case .messageStop: messageStop()
        case .metadata: metadata()
        case .failure, .other: break
        }
    }

    private mutating func messageStart() {
        guard case .before = progress else { return report("messageStart came a second time.") }
        progress = .betweenBlocks
    }

    private mutating func open(_ index: Int, by event: String) {
        switch progress {
        case .before: report("\(event) came before messageStart.")
        case .betweenBlocks where index < closedBlocks: report("\(event) came for block \(index), which was over.")
        case .betweenBlocks: break
        case .inBlock(let other): report("\(event) came for block \(index) while block \(other) was open.")
        case .stopped, .ended: return report("\(event) came after messageStop.")
        }
        progress = .inBlock(index)
    }

    private mutating func delta(_ index: Int) {
        if case .inBlock(index) = progress { return }
        open(index, by: "contentBlockDelta")
    }

    private mutating func toolDelta(_ index: Int) {
        if case .inBlock(index) = progress { return }
        report("The arguments of a tool call came before the call.")
        open(index, by: "contentBlockDelta")
    }

    private mutating func blockStop(_ index: Int) {
        switch progress {
        case .inBlock(index): break
        case .stopped, .ended: return report("contentBlockStop came after messageStop.")
        // A block of text without any text has neither a start nor a delta.
        case .betweenBlocks where index == closedBlocks: break
        default: report("contentBlockStop came for block \(index), which was not open.")
        }
        closedBlocks = max(closedBlocks, index + 1)
        progress = .betweenBlocks
    }

    private mutating func messageStop() {
        switch progress {
        case .before: report("messageStop came before messageStart.")
        case .betweenBlocks: break
        case .inBlock(let index): report("messageStop came while block \(index) was open.")
        case .stopped, .ended: report("messageStop came a second time.")
        }
        progress = .stopped
    }

    private mutating func metadata() {
        switch progress {
        case .stopped: break
        case .ended: report("metadata came a second time.")
        default: return report("metadata came before messageStop.")
        }
        progress = .ended
    }

    private mutating func report(_ sentence: String) {
        fault = fault ?? sentence
    }
}
