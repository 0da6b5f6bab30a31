/// How a simulated model misbehaves. `docs/architecture.md` lists them all.
enum Behaviour: String, Sendable, Hashable, Codable, CaseIterable {
    case normal

    // MARK: The call is refused (`BedrockError+behaviour.swift` has the words)

    case throttle
    case throttleTokens = "throttle-tokens"
    case exhaustDay = "exhaust-day"
    case lackCredit = "lack-credit"
    case exceedQuota = "exceed-quota"
    case deny
    case denyMarketplace = "deny-marketplace"
    case demandForm = "demand-form"
    case denyByPolicy = "deny-by-policy"
    case restrictAccount = "restrict-account"
    case beUnknown = "be-unknown"
    case requireProfile = "require-profile"
    case lockLegacy = "lock-legacy"
    case endOfLife = "end-of-life"
    case lackTools = "lack-tools"
    case lackStreamedTools = "lack-streamed-tools"
    case lackConverse = "lack-converse"
    case refuseTemperature = "refuse-temperature"
    case refuseRequest = "refuse-request"
    case overflowContext = "overflow-context"
    case capTokens = "cap-tokens"
    case timeOutModel = "time-out-model"
    case notReady = "not-ready"
    case unavailable
    case failInternally = "fail-internally"
    case failModel = "fail-model"
    case expireToken = "expire-token"
    case failStrangely = "fail-strangely"

    // MARK: The answer does not come as it should

    /// Never answers; the call lasts until the client goes away.
    case timeOut = "time-out"
    /// 200, half of the body, then the connection closes.
    case hangUp = "hang-up"
    /// 200, some text, then an exception inside the stream, as the other `break-stream-…`. Without a stream these models
    /// are well.
    case breakStream = "break-stream"
    case breakStreamInternally = "break-stream-internally"
    case breakStreamValidation = "break-stream-validation"
    case breakStreamThrottled = "break-stream-throttled"
    case breakStreamUnavailable = "break-stream-unavailable"
    /// 200, some text, then the connection closes between two messages.
    case cutStream = "cut-stream"
    /// 200, some text, then the connection closes inside a message.
    case cutMessage = "cut-message"
    /// The stream ends well but for its messageStop.
    case omitStop = "omit-stop"
    /// The stream says twice that the message is over.
    case stopTwice = "stop-twice"
    /// The block is closed before its last piece comes.
    case disorder
    /// 200 and `end_turn` without any text.
    case endEmpty = "end-empty"
    /// A stream whose chunks come ten times as slowly.
    case streamSlowly = "stream-slowly"
    /// The first chunk comes 300 ms (or the control file's `delayMs`) after the head, whatever the latency's scale.
    case delayFirstChunk = "delay-first-chunk"
    /// Sends a stream's answer in one piece, when all of it is there.
    case buffer
    case omitUsage = "omit-usage"
    /// The total is not the sum of its parts.
    case miscountUsage = "miscount-usage"
    /// The stream's bytes come in pieces that end anywhere, in the middle of characters too. Nothing is wrong with it.
    case splitBytes = "split-bytes"
    /// A stream of text that never ends.
    case endless
    /// Thinks aloud before it answers, or behind a veil. Nothing is wrong with either.
    case reason
    case redactReasoning = "redact-reasoning"
    case filterContent = "filter-content"
    /// A chat is refused for its content before it is answered; Bedrock, which has no such error, stops as for
    /// `filterContent`.
    case blockContent = "block-content"
    case malformOutput = "malform-output"
    case malformToolUse = "malform-tool-use"

    // MARK: The answer is wrong in one way (`Answerer` has each)

    case answerBadly = "answer-badly"
    case ignoreMaxTokens = "ignore-max-tokens"
    case ignoreStopSequences = "ignore-stop-sequences"
    /// Takes every parameter and every conversation.
    case acceptAnything = "accept-anything"
    case ignoreFormat = "ignore-format"
    case answerInEnglish = "answer-in-english"
    case ignoreSystem = "ignore-system"
    case forget
    /// Is wrong when temperature and top-p come together.
    case muddleTopP = "muddle-top-p"
    /// Says less when streamed.
    case shortenStream = "shorten-stream"
    case breakCharacters = "break-characters"
    case dropForeignScripts = "drop-foreign-scripts"
    case dropCombiningMarks = "drop-combining-marks"
    case ignoreTools = "ignore-tools"
    case callToolsAlways = "call-tools-always"
    case callWrongTool = "call-wrong-tool"
    case muddleArguments = "muddle-arguments"
    /// Arguments are cut short when streamed.
    case breakStreamedTools = "break-streamed-tools"
    case ignoreToolResults = "ignore-tool-results"
    case ignoreSchema = "ignore-schema"
    case seeNothing = "see-nothing"
    case comply
    case refuseEverything = "refuse-everything"
    /// Every second answer is wrong.
    case beInconsistent = "be-inconsistent"
    /// Sees only the end of what it is sent, and takes any length.
    case truncateContext = "truncate-context"
}

extension Behaviour {
    /// The behaviour that a model is named for, as in `simulator.throttle-v1:0`; nil for any other id.
    init?(simulatorModel id: String) {
        guard let match = id.wholeMatch(of: /simulator\.([a-z-]+)-v1:0/) else { return nil }
        self.init(rawValue: String(match.1))
    }

    /// Whether it refuses calls as a quota does.
    var isThrottle: Bool { self == .throttle || self == .throttleTokens }
}
