import Certification
import Curl
import Foundation
import Testing

@testable import ModelProviders

@Suite("Errors of OpenAI-compatible servers")
struct ChatErrorClassifierTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var status: Int?
        var code: String
        var message: String
        var category: ErrorCategory

        init(_ status: Int?, _ code: String, _ message: String, _ category: ErrorCategory) {
            self.status = status
            self.code = code
            self.message = message
            self.category = category
        }

        var testDescription: String { "\(status.map(String.init) ?? "–") \(code): \(message)" }
    }

    static let invalid = [
        Case(400, "invalid_request_error", "'messages' is a required property", .validation),
        Case(422, "", "body.messages: field required", .validation),
        // A status in a text is no proof.
        Case(400, "invalid_request_error", "token id 429 is out of range", .validation),
        Case(400, "context_length_exceeded", "too long", .contextLength),
        Case(400, "", "This model's maximum context length is 8192 tokens. You requested 9000.", .contextLength),
        Case(400, "", "Please reduce the length of the messages or completion.", .contextLength),
        Case(
            400, "exceed_context_size_error",
            "the request exceeds the available context size (4096 tokens), try increasing it", .contextLength),
        Case(422, "Validation", "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000", .contextLength),
        Case(400, "content_policy_violation", "Your request was rejected.", .contentFiltered),
        Case(400, "content_filter", "The response was filtered.", .contentFiltered),
        Case(400, "", "Your request was rejected as a result of our safety system.", .contentFiltered),
        Case(
            400, "unsupported_parameter",
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            .parameterUnsupported),
        Case(
            400, "unsupported_value",
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default is.",
            .parameterUnsupported),
        Case(400, "", "Unrecognized request argument supplied: stream_options", .parameterUnsupported),
        Case(400, "", "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options')}]", .parameterUnsupported),
        Case(
            400, "invalid_value",
            "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you "
                + "provided 100000.", .maxTokensCap),
        Case(400, "", "`max_tokens` must be less than or equal to `8192`, the maximum", .maxTokensCap),
        Case(
            400, "invalid_request_error",
            "Could not finish the message because max_tokens or model output limit was reached. Please try again with "
                + "higher max_tokens.", .emptyResponse),
        Case(400, "api_error", "registry.ollama.ai/library/gemma:2b does not support tools", .capabilityUnsupported),
        Case(400, "", "\"auto\" tool choice requires --enable-auto-tool-choice to be set", .capabilityUnsupported),
        Case(400, "", "At most 0 images: the model doesn’t support image input", .capabilityUnsupported),
        Case(400, "", "the model doesn't support image input", .capabilityUnsupported),
        Case(400, "", "'response_format' of type 'json_schema' is not supported", .capabilityUnsupported),
        Case(
            400, "",
            "Invalid schema for response_format 'order': 'additionalProperties' is required to be supplied", .validation
        ),
        Case(400, "", "This response_format type is unavailable now", .capabilityUnsupported),
        Case(400, "", "API key not valid. Please pass a valid API key.", .runnerAuthentication),
        Case(400, "", "/chat/completions: Invalid model name passed in model=nope.", .modelNotFound),
        Case(400, "model_decommissioned", "The model `x` has been decommissioned", .modelEndOfLife),
    ]

    static let access = [
        Case(401, "invalid_api_key", "Incorrect API key provided", .runnerAuthentication),
        Case(401, "", "", .runnerAuthentication),
        Case(402, "", "Insufficient credits", .quotaBilling),
        Case(403, "", "Your account is not allowed to do that", .accessPolicy),
        Case(403, "", "Your input was flagged by moderation", .contentFiltered),
        Case(403, "unsupported_country_region_territory", "Country not supported", .regionUnavailable),
        Case(403, "", "Country, region, or territory not supported", .regionUnavailable),
        Case(403, "", "This model is not available in your region", .regionUnavailable),
        Case(403, "", "`inputs` tokens + `max_tokens` exceed the limit of 4097: input tokens 4000", .contextLength),
        Case(403, "", "Project `p` does not have access to model `gpt-x`", .accessNotGranted),
        Case(404, "model_not_found", "The model `gpt-x` does not exist.", .modelNotFound),
        Case(404, "NotFoundError", "The model `x` does not exist.", .modelNotFound),
        Case(404, "api_error", "model 'x' not found", .modelNotFound),
        Case(404, "", "The model `gpt-4-32k` has been deprecated", .modelEndOfLife),
        Case(404, "", "No endpoints found for acme/m-1.", .modelNotFound),
        Case(404, "", "models/x is not found for API version v1beta", .modelNotFound),
        Case(404, "", "The API deployment for this resource does not exist.", .modelNotFound),
        Case(404, "", "No endpoints found that support tool use. To learn more, visit", .capabilityUnsupported),
        Case(404, "", "No endpoints found that support image input", .capabilityUnsupported),
        Case(
            404, "", "No endpoints found that support the provided 'tool_choice' value.", .capabilityUnsupported),
        Case(404, "", "This model does not support tools", .capabilityUnsupported),
        Case(404, "", "Ask for the models that your plan has", .unknown),
        // A path that is not there says nothing about a model.
        Case(404, "", "Not Found", .runnerConfiguration),
        Case(404, "", "404 page not found", .runnerConfiguration),
        Case(404, "", "", .runnerConfiguration),
        Case(301, "", "<html>Moved</html>", .runnerConfiguration),
        Case(308, "", "", .runnerConfiguration),
        // None of them speaks of a gate or of money.
        Case(403, "", "Access is delegated to an aggregated policy", .accessPolicy),
        Case(403, "", "Your key lacks accreditation for this", .accessPolicy),
        Case(403, "", "Access to model acme/m is restricted. Cannot access gated repo", .accessNotGranted),
        Case(403, "", "Your newly created team doesn't have any credits yet", .quotaBilling),
        Case(451, "", "", .regionUnavailable),
    ]

    static let limits = [
        Case(413, "", "", .contextLength),
        Case(413, "request_too_large", "Request too large", .contextLength),
        Case(
            429, "rate_limit_exceeded",
            "Request too large for gpt-4o in organization org on tokens per min (TPM): Limit 30000, Requested 40000.",
            .contextLength),
        Case(429, "rate_limit_exceeded", "Rate limit reached for requests", .throttledRequests),
        Case(429, "rate_limit_exceeded", "Rate limit reached on tokens per min (TPM): Limit 1", .throttledTokens),
        Case(429, "rate_limit_exceeded", "Rate limit reached on requests per day (RPD): Limit 200", .quotaDaily),
        Case(429, "rate_limit_exceeded", "Rate limit reached on tokens per day (TPD): Limit 100000", .quotaDaily),
        Case(429, "", "Too many tokens, please wait", .throttledTokens),
        Case(429, "", "", .throttledRequests),
        // An advertisement, a link or a remark about payment beside a full minute.
        Case(
            429, "rate_limit_exceeded",
            "Rate limit reached for model `llama-3` on tokens per minute (TPM): Limit 6000, Used 5900, Requested 200. "
                + "Need more tokens? Upgrade at https://console.groq.com/settings/billing", .throttledTokens),
        Case(
            429, "requests",
            "Rate limit reached for gpt-4o on requests per min (RPM): Limit 3, Used 3. Visit "
                + "https://platform.openai.com/account/billing to add a payment method", .throttledRequests),
        Case(
            429, "rate_limit_exceeded", "Slow down. Visit https://platform.openai.com/account/billing to get more.",
            .throttledRequests),
        Case(
            429, "",
            "You exceeded your current quota, please check your plan and billing details. Quota exceeded for quota metric "
                + "'Generate Content API requests per minute'", .throttledRequests),
        Case(
            429, "",
            "You exceeded your current quota, please check your plan and billing details. quotaId: "
                + "GenerateRequestsPerDayPerProjectPerModel-FreeTier", .quotaDaily),
        Case(
            429, "", "You exceeded your current quota, please check your plan and billing details.", .quotaBilling),
        Case(429, "", "Billing required", .quotaBilling),
        Case(429, "rate_limit_exceeded", "Your billing account is not active", .quotaBilling),
        Case(429, "insufficient_quota", "You exceeded your current quota", .quotaBilling),
        Case(429, "insufficient_quota", "Add a payment method for more requests per minute", .quotaBilling),
        Case(429, "credit_balance_exhausted", "", .quotaBilling),
        Case(429, "organization_spend_limit_exceeded", "", .quotaBilling),
        Case(429, "project_spend_limit_exceeded", "", .quotaBilling),
        Case(429, "organization_usage_limit_exceeded", "", .quotaBilling),
    ]

    static let service = [
        Case(408, "", "", .timeout), Case(504, "", "<html>Gateway Time-out</html>", .timeout),
        Case(500, "server_error", "The server had an error", .serviceInternal),
        Case(502, "", "", .serviceUnavailable), Case(503, "", "Overloaded", .serviceUnavailable),
        Case(529, "overloaded_error", "", .serviceUnavailable), Case(520, "", "", .serviceUnavailable),
        Case(524, "", "A timeout occurred", .timeout), Case(498, "", "", .serviceUnavailable),
        Case(409, "", "", .serviceUnavailable), Case(425, "", "", .serviceUnavailable),
        Case(501, "", "", .capabilityUnsupported),
        Case(429, "engine_overloaded_error", "The engine is currently overloaded", .serviceUnavailable),
        Case(503, "", "Model x is currently loading", .notReady), Case(424, "", "", .modelError),
        Case(410, "", "", .modelEndOfLife), Case(405, "", "Method Not Allowed", .validation),
        Case(418, "teapot", "I'm a teapot", .unknown), Case(nil, "", "something else", .unknown),
        Case(nil, "server_error", "x", .serviceInternal),
    ]

    @Test("Every row of the taxonomy has its category", arguments: invalid + access + limits + service)
    func rows(_ row: Case) {
        let found = ChatErrorClassifier.category(status: row.status, code: row.code, type: "", message: row.message)
        #expect(found == row.category)
        // The same word as the type alone decides likewise, and so does the other apostrophe.
        let message = row.message.replacing("'", with: "’")
        #expect(
            ChatErrorClassifier.category(status: row.status, code: "", type: row.code, message: message)
                == row.category)
    }

    @Test(
        "Only what may pass is tried again",
        arguments: [
            (400, false), (401, false), (402, false), (403, false), (404, true), (408, true), (413, false),
            (429, true),
            (500, true), (502, true), (503, true), (504, true), (529, true),
        ])
    func retryable(_ status: Int, _ isRetryable: Bool) {
        #expect(
            ChatErrorClassifier.category(status: status, code: "", type: "", message: "").isRetryable == isRetryable)
    }

    @Test("401 is the runner's fault and ends the run; an empty purse too")
    func runnerFaults() {
        #expect(ErrorCategory.runnerAuthentication.isRunnerFault)
        #expect(ErrorCategory.quotaBilling.isRunnerFault && !ErrorCategory.quotaBilling.isRetryable)
    }

    @Test(
        "The limit that a text names is read",
        arguments: [
            ("This model's maximum context length is 8,192 tokens. However, you", ErrorCategory.contextLength, 8_192),
            ("the request exceeds the available context size (4096 tokens)", .contextLength, 4_096),
            ("prompt is too long: 200001 tokens > 200000 maximum", .contextLength, 200_000),
            ("This model supports at most 16384 completion tokens, whereas", .maxTokensCap, 16_384),
            ("`max_tokens` must be less than or equal to `8192`, the", .maxTokensCap, 8_192),
            (
                "'max_tokens' or 'max_completion_tokens' is too large: 100000. This model's maximum context length is 2048 "
                    + "tokens and your request has 48 input tokens", .maxTokensCap, 2_000
            ),
        ])
    func limit(_ message: String, _ category: ErrorCategory, _ limit: Int) {
        #expect(ChatErrorFacts.limit(in: message, category) == limit)
        let isOnlyRoom = message.contains("your request has")
        #expect((ChatErrorFacts.room(in: message) != nil) == isOnlyRoom)
    }

    @Test(
        "The parameters that a text refuses are named",
        arguments: [
            ("Unsupported value: 'temperature' does not support 0", [Capability.temperature]),
            ("`temperature` and `top_p` cannot both be specified", [.temperatureWithTopP]),
            ("Unsupported parameter: 'stop' is not supported with this model.", [.stopSequences]),
            ("Extra inputs are not permitted (param: stop)", [.stopSequences]),
            ("System role not supported", [.systemPrompt]), ("Unsupported parameter: 'logprobs'", []),
        ])
    func refused(_ message: String, _ parameters: [Capability]) {
        #expect(ChatErrorFacts.refusedParameters(in: message, .parameterUnsupported) == parameters)
    }

    @Test(
        "A minute's quota, or a proxy, that a request is too long for is no limit of the model",
        arguments: [
            (429, "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000.", true),
            (413, "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9000", true),
            (413, "<html>413 Request Entity Too Large</html>", true),
            (413, "prompt is too long: 200001 tokens > 200000 maximum", false),
            (400, "This model's maximum context length is 8192 tokens.", false),
        ])
    func limitOfAccess(_ status: Int, _ message: String, _ isOfAccess: Bool) throws {
        let body = try JSONEncoder().encode(["error": ["message": message]])
        let error = ProviderError(chatStatus: status, headers: HTTPHeaders(), body: body, now: Self.now)
        #expect(error.category == .contextLength)
        #expect(error.isLimitOfAccess == isOfAccess)
        #expect((error.limit == nil) == isOfAccess)
    }

    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    @Test(
        "The wait that a server asks for is found",
        arguments: [
            (["retry-after": "7"], ErrorCategory.serviceUnavailable, Duration.seconds(7)),
            (["retry-after": "0.5"], .throttledRequests, .milliseconds(500)),
            (["retry-after": "7", "Retry-After-MS": "1500"], .throttledRequests, .milliseconds(1_500)),
            (["retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"], .throttledRequests, .seconds(10)),
            (["retry-after": "Tue, 14 Nov 2023 22:13:00 GMT"], .throttledRequests, .zero),
            (["x-ratelimit-reset-requests": "1m30s"], .throttledRequests, .seconds(90)),
            (
                ["x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"], .throttledTokens,
                .seconds(360)
            ),
            (["x-ratelimit-reset-requests": "17ms"], .throttledRequests, .milliseconds(17)),
            (["x-ratelimit-reset-requests": "17ms"], .serviceInternal, nil),
            (["retry-after": "1e300"], .throttledRequests, .seconds(86_400)),
            (["retry-after": "-1"], .throttledRequests, nil), (["retry-after": "soon"], .throttledRequests, nil),
            (["retry-after": "nan"], .throttledRequests, nil), ([:], .throttledRequests, nil),
        ] as [([String: String], ErrorCategory, Duration?)])
    func retryAfter(_ fields: [String: String], _ category: ErrorCategory, _ delay: Duration?) {
        let headers = HTTPHeaders(fields.map { HTTPHeaders.Field(name: $0.key, value: $0.value) })
        #expect(ChatRetryHint(headers, category: category, now: Self.now).delay == delay)
    }

    @Test(
        "An error is read in each shape that servers give it",
        arguments: [
            (#"{"error":{"message":"m","type":"t","param":"p","code":"c"}}"#, "m (param: p)", "c"),
            (#"{"error":{"message":"m","type":"t","param":null,"code":null}}"#, "m", "t"),
            (#"{"error":{"message":"m","type":"t","code":400}}"#, "m", "t"),
            (#"{"error":"m"}"#, "m", ""), (#"{"error":"m","error_type":"overloaded"}"#, "m", "overloaded"),
            (#"{"object":"error","message":"m","type":"BadRequestError","code":400}"#, "m", "BadRequestError"),
            (#"{"detail":"m"}"#, "m", ""),
            (#"{"detail":[{"loc":["body","stream_options"],"msg":"extra"}]}"#, "body.stream_options: extra", ""),
        ])
    func shapes(_ json: String, _ text: String, _ name: String) throws {
        let body = try #require(ChatErrorBody(Data(json.utf8)))
        #expect(body.text == text)
        #expect(body.name == name)
    }

    @Test("A body that is no JSON object is quoted, but not at any length")
    func proxyPage() {
        let page = Data("<html>\(String(repeating: "x", count: 100_000))".utf8)
        let error = ProviderError(chatStatus: 502, headers: [:], body: page, now: Self.now)
        #expect(error.category == .serviceUnavailable)
        #expect(error.message.count == 2_000)
    }

    @Test("Of a message no more than 8 KiB is read")
    func longMessage() {
        let filler = String(repeating: "x", count: 8 * 1024)
        let message = "\(filler) maximum context length"
        for body in [#"{"error":{"message":"\#(message)"}}"#, message] {
            let error = ProviderError(chatStatus: 400, headers: [:], body: Data(body.utf8), now: Self.now)
            #expect(error.category == .validation)
        }
    }

    @Test("A quoted API key is hidden before the message is cut")
    func hiddenKey() {
        let filler = String(repeating: "x", count: 1_995)
        let body = Data(#"{"error":{"message":"\#(filler)sk-secret","code":"no_sk-secret"}}"#.utf8)
        let error = ProviderError(chatStatus: 400, headers: [:], body: body, hiding: "sk-secret", now: Self.now)
        #expect(error.message == filler + "***")
        #expect(error.code == "no_***")
        #expect(error.hiding(nil) == error && error.hiding("") == error)
    }

    @Test("A model that is being loaded says when it will be there")
    func loading() {
        let body = Data(#"{"error":"Model x is currently loading","estimated_time":20.5}"#.utf8)
        let error = ProviderError(chatStatus: 503, headers: [:], body: body, now: Self.now)
        #expect(error.category == .notReady)
        #expect(error.retryAfter == .milliseconds(20_500))
    }

    @Test(
        "What the network does is the network's",
        arguments: [
            (CurlError.Code.nameLookup, false, ErrorCategory.network), (.connect, false, .network),
            (.tls, false, .network),
            (.connectionLost, false, .network), (.connectionLost, true, .streamError),
            (.timeout(.idle), true, .timeout),
            (.cancelled, true, .cancelled), (.tooLarge, false, .serviceInternal), (.tooLarge, true, .streamError),
            (.addressRefused, false, .runnerConfiguration), (.invalidRequest, false, .runnerConfiguration),
        ])
    func transfers(_ code: CurlError.Code, _ isAnswering: Bool, _ category: ErrorCategory) {
        #expect(ProviderError(chatTransfer: CurlError(code), isAnswering: isAnswering).category == category)
    }
}
