import Certification
import Contracts
import Testing

@Suite("What a call cost")
struct SpendingTests {
    private let price = TokenPrice(input: Money(nanoDollars: 1_000_000_000), output: Money(nanoDollars: 2_000_000_000))
    private let reservation = CallReservation(
        reserved: Money(nanoDollars: 300_000), inputTokens: 100, outputTokens: 100)

    @Test("Usage that is reported is charged")
    func reported() {
        let usage = TokenUsage(inputTokens: 10, outputTokens: 5, totalTokens: 15)
        let spending = Spending(of: reservation, price: price, usage: usage, error: nil)
        #expect(
            spending
                == Spending(calls: 1, inputTokens: 10, outputTokens: 5, amount: Money(nanoDollars: 20_000)))
    }

    @Test("Without usage the worst is assumed, and said to be a guess")
    func unreported() {
        for category in [nil, ErrorCategory.timeout, .streamError, .network, .cancelled, .unknown] {
            let spending = Spending(
                of: reservation, price: price, usage: nil, error: category.map { .sample($0) })
            #expect(spending.amount == Money(nanoDollars: 300_000))
            #expect(spending.estimatedAmount == spending.amount)
            #expect(spending.tokens == 200)
        }
    }

    @Test("What was refused is free")
    func refused() {
        for category in [
            ErrorCategory.throttledRequests, .throttledTokens, .validation, .accessNotGranted, .modelNotFound,
        ] {
            let spending = Spending(of: reservation, price: price, usage: nil, error: .sample(category))
            #expect(spending == Spending(calls: 1))
        }
    }

    @Test("A refusal within an answer that had begun is charged at its worst: what was said is paid for")
    func refusedMidStream() {
        let error = ProviderError.sample(.throttledTokens, partialText: "1, 2")
        let spending = Spending(of: reservation, price: price, usage: nil, error: error)
        #expect(spending.amount == Money(nanoDollars: 300_000))
        #expect(spending.estimatedAmount == spending.amount)
    }

    @Test("An answer that is said to have cost nothing is charged at its worst")
    func nothing() {
        let usage = TokenUsage(inputTokens: 0, outputTokens: 0)
        let spending = Spending(of: reservation, price: price, usage: usage, error: nil)
        #expect(spending.amount == Money(nanoDollars: 300_000))
        #expect(spending.estimatedAmount == spending.amount)
    }

    @Test("A budget of tokens is charged with the cached and the thought ones, too")
    func allTokens() {
        let usage = TokenUsage(
            inputTokens: 60, outputTokens: 10, totalTokens: 210, cacheReadTokens: 40, reasoningTokens: 100)
        let spending = Spending(of: reservation, price: price, usage: usage, error: nil)
        #expect(spending.inputTokens == 100)
        #expect(spending.outputTokens == 110)
        #expect(spending.amount == Money(nanoDollars: 320_000))
    }

    @Test("A call without a price is counted as such, with its tokens")
    func unpriced() {
        var unpriced = reservation
        unpriced.reserved = nil
        let usage = TokenUsage(inputTokens: 10, outputTokens: 5, totalTokens: 15)
        let spending = Spending(of: unpriced, price: nil, usage: usage, error: nil)
        #expect(spending == Spending(calls: 1, unpricedCalls: 1, inputTokens: 10, outputTokens: 5))
    }

    @Test("Usage that makes no sense is bounded")
    func nonsense() {
        let usage = TokenUsage(inputTokens: .max, outputTokens: .min, totalTokens: 0)
        let spending = Spending(of: reservation, price: price, usage: usage, error: nil)
        #expect(spending.inputTokens == 1_000_000_000)
        #expect(spending.outputTokens == 0)
        #expect(spending.amount == Money(nanoDollars: 1_000_000_000_000))
    }
}
