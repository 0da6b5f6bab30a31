/// The body of `POST /api/v1/certifications/jobs`, as it was sent: what could be read, and every fault of its form.
struct JobRequestBody: Sendable {
    /// A text and where in the body it stood.
    struct Entry: Sendable, Hashable {
        var text: String
        var index: Int
    }

    /// The fields that a body may have.
    enum Field: String, CaseIterable, CodingKey {
        case models, vendors, all, regions, lane, suite, notify, budget, maxTokens, confirmCost, unknownPrices, force
    }

    /// The most entries of one list.
    static let listLimit = 1_000

    private(set) var models: [Entry]?
    private(set) var vendors: [Entry]?
    private(set) var all: Bool?
    private(set) var regions: [Entry]?
    private(set) var lane: String?
    private(set) var suite: String?
    private(set) var notify: [Entry]?
    private(set) var budget: String?
    private(set) var maxTokens: Int?
    private(set) var confirmCost: String?
    private(set) var unknownPrices: String?
    private(set) var force: Bool?
    /// Unknown fields and values of the wrong type.
    private(set) var faults: [Fault] = []
    /// The known fields that were sent, read or not.
    private(set) var present: Set<Field> = []
    private(set) var isObject = true
}

extension JobRequestBody: Decodable {
    init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: AnyField.self) else {
            isObject = false
            faults = [Fault(.body(""), "The body must be a JSON object with \(Self.fieldList).")]
            return
        }
        for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            guard let field = Field(rawValue: key.stringValue) else {
                faults.append(.field(key.stringValue, "There is no such field. A job has \(Self.fieldList)."))
                continue
            }
            present.insert(field)
            switch field {
            case .models: models = texts(container, key)
            case .vendors: vendors = texts(container, key)
            case .regions: regions = texts(container, key)
            case .notify: notify = texts(container, key)
            case .all: all = value(container, key, "true or false")
            case .force: force = value(container, key, "true or false")
            case .lane: lane = value(container, key, "a string")
            case .suite: suite = value(container, key, "a string")
            case .budget: budget = value(container, key, "a string of dollars, as \"0.50\"")
            case .maxTokens: maxTokens = value(container, key, "a whole number")
            case .confirmCost: confirmCost = value(container, key, "a string of dollars, as \"12.34\"")
            case .unknownPrices: unknownPrices = value(container, key, "a string")
            }
        }
    }

    private static var fieldList: String {
        Field.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }

    private mutating func value<Value: Decodable>(
        _ container: KeyedDecodingContainer<AnyField>, _ key: AnyField, _ expectation: String
    ) -> Value? {
        if let value = try? container.decode(Value.self, forKey: key) { return value }
        faults.append(.field(key.stringValue, "This must be \(expectation)."))
        return nil
    }

    /// The strings of a list; each other element is a fault of its own.
    private mutating func texts(_ container: KeyedDecodingContainer<AnyField>, _ key: AnyField) -> [Entry]? {
        guard var list = try? container.nestedUnkeyedContainer(forKey: key) else {
            faults.append(.field(key.stringValue, "This must be a list of strings."))
            return nil
        }
        guard list.count ?? 0 <= Self.listLimit else {
            faults.append(.field(key.stringValue, "A list may have \(Self.listLimit) entries. Split the request."))
            return nil
        }
        var entries: [Entry] = []
        while !list.isAtEnd {
            let index = list.currentIndex
            if let text = try? list.decode(String.self) {
                entries.append(Entry(text: text, index: index))
            } else {
                faults.append(.field(key.stringValue, index: index, "This must be a string."))
                // An element that could not be read is still the next one until it was passed over.
                guard (try? list.decode(PassedOver.self)) != nil else { break }
            }
        }
        return entries
    }
}

/// Reads any value and keeps nothing of it.
private struct PassedOver: Decodable {
    init(from decoder: any Decoder) {}
}
