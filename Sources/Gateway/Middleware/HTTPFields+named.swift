import HTTPTypes

extension HTTPFields {
    /// The field of a name that HTTPTypes has no constant for, with several values joined by commas.
    subscript(named name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set {
            guard let name = HTTPField.Name(name) else { return }
            self[name] = newValue
        }
    }

    /// The values of each field of that name, one for each time it was sent.
    func values(named name: String) -> [String] {
        HTTPField.Name(name).map { self[values: $0] } ?? []
    }
}
