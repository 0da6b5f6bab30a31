/// An identifier that is a name of its own type, so that a region cannot be passed where a model is meant.
package protocol NameIdentifier: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible, Comparable,
    ExpressibleByStringLiteral
where RawValue == String {
    init(rawValue: String)
}

extension NameIdentifier {
    package init(_ text: some StringProtocol) { self.init(rawValue: String(text)) }
    package init(stringLiteral value: String) { self.init(rawValue: value) }
    package var description: String { rawValue }
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// A model's id at its provider, for example `anthropic.claude-3-haiku-20240307-v1:0`.
package struct ModelID: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A provider's region, for example `us-east-1`.
package struct Region: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// Who serves the model, for example `bedrock`.
package struct ProviderID: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// AWS Bedrock.
    package static let bedrock: ProviderID = "bedrock"
}

/// Who made the model, for example `anthropic`.
package struct Vendor: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A suite of tests, for example `base`.
package struct SuiteID: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The suite that is run when a request names none.
    package static let base: SuiteID = "base"
}

/// One test of a suite, for example `basic-prompt`.
package struct TestID: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}
