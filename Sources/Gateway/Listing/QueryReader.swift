import Hummingbird

/// Reads the parameters of a query and collects every fault: unknown, repeated and malformed ones.
struct QueryReader {
    private var values: [String: String] = [:]
    private(set) var faults: [Fault] = []

    /// Reads the parameters that the resource has; any other one is a fault.
    init(_ request: Request, known: [String]) {
        for (key, value) in request.uri.queryParameters {
            let name = String(key)
            // "a=1&" and a bare "?" have a parameter without a name or value.
            if name.isEmpty && value.isEmpty { continue }
            if !known.contains(name) {
                let list = known.isEmpty ? "This resource has none." : "This resource has \(known.listed)."
                faults.append(Fault(.query(name), "There is no such parameter. \(list)"))
            } else if values.updateValue(String(value), forKey: name) != nil {
                faults.append(Fault(.query(name), "Send the parameter once."))
            }
        }
    }

    /// Any text without control characters.
    mutating func text(_ name: String) -> String? {
        guard let value = values[name] else { return nil }
        guard !value.isEmpty, !value.hasControlCharacters, value.utf8.count <= 512 else {
            faults.append(Fault(.query(name), "This must be 1 to 512 characters without control characters."))
            return nil
        }
        return value
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) -> Choice? {
        guard let value = values[name] else { return nil }
        if let choice = Choice(rawValue: value) { return choice }
        fail(name, "This must be one of \(Choice.allCases.map(\.rawValue).listed).")
        return nil
    }

    mutating func integer(_ name: String, default defaultValue: Int, in range: ClosedRange<Int>) -> Int {
        guard let value = values[name] else { return defaultValue }
        if let number = Int(value), range.contains(number) { return number }
        fail(name, "This must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        return defaultValue
    }

    mutating func boolean(_ name: String) -> Bool? {
        guard let value = values[name] else { return nil }
        if let boolean = Bool(value) { return boolean }
        fail(name, "This must be true or false.")
        return nil
    }

    mutating func fail(_ name: String, _ detail: String) {
        faults.append(Fault(.query(name), detail))
    }

    /// - Throws: one problem that lists all faults, if there are any.
    func check() throws(Problem) {
        guard faults.isEmpty else { throw Problem.invalid(faults) }
    }
}
