package import Contracts
import Crypto
package import Foundation

/// What each target's tokens cost and from when on: the bundled rows under the operator's.
package struct PriceTable: Sendable, Hashable {
    /// The operator's version after the bundled one, for example `2026-01-17, acme-3`.
    package let version: String
    /// SHA-256 of all rows in their order, in lowercase hexadecimal.
    package let digest: String
    /// The bundled ones first.
    package let rows: [PriceRow]

    package init(version: String, rows: [PriceRow]) {
        self.version = version
        self.rows = rows
        digest = Self.digest(of: rows)
    }

    /// The prices that CertForge comes with. None of them has been compared with a provider's own list.
    package static func bundled() throws(FileError) -> PriceTable {
        PriceTable(
            try PriceFile(yaml: String(decoding: PackageResources.prices_yaml, as: UTF8.self), file: "prices.yaml"))
    }

    package init(_ file: PriceFile) {
        self.init(version: file.version, rows: file.rows)
    }

    /// The table with more rows, which win over those that are here already where both are for the same: from the first day
    /// of theirs on, whatever day those that are here begin on.
    package func adding(_ file: PriceFile) -> PriceTable {
        let first = Dictionary(file.rows.map { ($0.scope, $0.validFrom) }, uniquingKeysWith: min)
        let kept = rows.filter { row in first[row.scope].map { row.validFrom < $0 } ?? true }
        return PriceTable(version: "\(version), \(file.version)", rows: kept + file.rows)
    }

    /// The price of a target on the day of `date`: of the rows that apply the most specific, of those the latest, of those
    /// the last one; nil when none applies, in which case nobody knows what the target costs.
    package func price(of target: Target, on date: Date) -> AppliedPrice? {
        let day = PriceDay(date)
        guard let row = closestRow(to: target, on: day) else { return nil }
        let later = Set(rows.map(\.validFrom).filter { $0 > day }).sorted()
        let change = later.first { closestRow(to: target, on: $0).map { $0.price != row.price } ?? false }
        return AppliedPrice(row: row, tableVersion: version, tableDigest: digest, validUntil: change)
    }

    private func closestRow(to target: Target, on day: PriceDay) -> PriceRow? {
        rows.enumerated().filter { $0.element.applies(to: target, on: day) }.max { left, right in
            (left.element.specificity, left.element.validFrom, left.offset)
                < (right.element.specificity, right.element.validFrom, right.offset)
        }?.element
    }

    private static func digest(of rows: [PriceRow]) -> String {
        var hash = SHA256()
        for row in rows {
            let price = row.price
            let amounts = [price.input, price.output, price.cacheRead, price.cacheWrite].map { $0?.decimal ?? "" }
            let fields =
                [
                    row.provider.rawValue, row.model?.rawValue ?? "*", row.region?.rawValue ?? "*",
                    row.profile?.rawValue ?? "*", row.validFrom.description, row.source, row.sourceDate.description,
                    row.isVerified ? "verified" : "unverified",
                ] + amounts
            // No field holds a control character.
            hash.update(data: Data((fields.joined(separator: "\u{1F}") + "\u{1E}").utf8))
        }
        return hash.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
