/// A setting that keeps a service from starting. Its description is a sentence that names the key and the cure.
package struct ConfigurationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The key as the operator writes it.
    package let key: String
    /// What is wrong, completing the sentence "KEY …". Never holds a secret's value.
    package let problem: String

    package init(key: String, problem: String) {
        self.key = key
        self.problem = problem
    }

    package var description: String {
        let isSentence = problem.last.map { ".?!".contains($0) } ?? false
        return "\(key) \(problem)\(isSentence ? "" : ".")"
    }
}
