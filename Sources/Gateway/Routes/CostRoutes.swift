import Certification
import CertificationStore
import Foundation
import Hummingbird

/// What calls cost, month by month.
struct CostRoutes: Sendable {
    /// The most groups of one answer.
    static let groupLimit = 1_000

    let store: CertificationStore
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [Endpoint("\(APIPath.costs)", [.get: show])]
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["month", "groupBy"])
        let grouping = query.choice("groupBy", of: CostGrouping.self) ?? .model
        let text = query.text("month") ?? String(PriceDay(now()).description.prefix(7))
        let month = BillingMonth(text)
        if month == nil { query.fail("month", "This must be a month in UTC, as 2026-11.") }
        try query.check()
        guard let month else { throw Problem.notFound("month", id: text) }
        let (total, groups) = try await store.costs(
            from: month.first, to: month.end, by: grouping, limit: Self.groupLimit + 1)
        return try JSONResponse.encode(
            CostsBody(
                month: text, groupBy: grouping.rawValue, total: CostBody(total),
                groups: groups.prefix(Self.groupLimit).map {
                    CostsBody.GroupBody(key: $0.key, cost: CostBody($0.spending))
                }, isTruncated: groups.count > Self.groupLimit), status: .ok)
    }
}

/// A month as bills name it, in UTC.
struct BillingMonth: Sendable, Hashable {
    let first: PriceDay
    /// The first day of the next month.
    let end: PriceDay

    /// Reads `2026-11`; nil when it is anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 7, parts.count == 2, let year = Int(parts[0]), let month = Int(parts[1]),
            let first = PriceDay("\(text)-01"),
            let end = PriceDay(
                month == 12
                    ? "\(Self.padded(year + 1, to: 4))-01-01" : "\(parts[0])-\(Self.padded(month + 1, to: 2))-01")
        else { return nil }
        self.first = first
        self.end = end
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
