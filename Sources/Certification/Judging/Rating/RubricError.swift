/// What is wrong with a rubric's file.
package struct RubricError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The way to the key, for example `weighted.quality`; empty for the file as a whole.
    package var key: String
    package var problem: String

    package var description: String {
        key.isEmpty ? "The rubric \(problem)" : "The rubric's '\(key)' \(problem)"
    }

    init(_ key: String, _ problem: String) {
        self.key = key
        self.problem = problem
    }

    init(_ error: any Error) {
        let context: DecodingError.Context
        let key: (any CodingKey)?
        switch error as? DecodingError {
        case .keyNotFound(let missing, let found)?: (context, key) = (found, missing)
        case .typeMismatch(_, let found)?, .valueNotFound(_, let found)?, .dataCorrupted(let found)?:
            (context, key) = (found, nil)
        case nil: (context, key) = (.init(codingPath: [], debugDescription: "\(error)"), nil)
        @unknown default: (context, key) = (.init(codingPath: [], debugDescription: "\(error)"), nil)
        }
        let path = (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
        self.init(path, key == nil ? "can't be read: \(context.debugDescription)" : "is missing; add it.")
    }
}
