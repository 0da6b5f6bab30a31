package import Contracts

/// Where a provider lists a model that it does not know in a target's region.
package struct Elsewhere: Sendable, Hashable, Codable {
    /// The target's.
    package var region: Region
    /// At least one, and not the target's.
    package var offeredIn: [Region]

    /// - Returns: nil when no region offers the model, or the target's own does.
    package init?(than region: Region, offeredIn regions: [Region]) {
        guard !regions.isEmpty, !regions.contains(region) else { return nil }
        self.region = region
        offeredIn = regions
    }

    /// What `sentence` says: verdicts from before facts held it have nothing else.
    init?(than region: Region, sentence: String) {
        let opening = Self.opening(region)
        guard sentence.hasPrefix(opening), sentence.hasSuffix(".") else { return nil }
        let names = sentence.dropFirst(opening.count).dropLast().split(separator: ", ")
        self.init(than: region, offeredIn: names.map { Region(String($0)) })
    }

    var sentence: String {
        "\(Self.opening(region))\(offeredIn.map(\.rawValue).joined(separator: ", "))."
    }

    private static func opening(_ region: Region) -> String {
        "The model is not offered in \(region). Its provider lists it in "
    }
}

extension Verdict {
    /// The verdict on a model that the provider does not know here, but lists in other regions: it is only not offered in
    /// this one. Every other verdict stays as it is.
    package func located(_ elsewhere: Elsewhere) -> Verdict {
        guard status == .unsupported, reasonCode == ErrorCategory.modelNotFound.rawValue else { return self }
        let category = ErrorCategory.regionUnavailable
        var verdict = self
        verdict.reasonCode = category.rawValue
        verdict.reason = UntrustedText(elsewhere.sentence).line(limit: 500)
        verdict.remedy = category.remedy
        verdict.basis?.facts.elsewhere = elsewhere
        return verdict
    }
}
