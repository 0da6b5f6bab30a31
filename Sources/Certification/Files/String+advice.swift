extension String {
    /// What to tell someone who wrote this instead of a word that is known.
    func advice(of known: [String]) -> String {
        nearest(of: known).map { "Did you mean '\($0)'?" } ?? "Known: \(known.joined(separator: ", "))."
    }

    /// The word that this was probably meant to be; nil when it is like none.
    func nearest(of known: [String]) -> String? {
        let wanted = Array(lowercased().utf8.prefix(100))
        let nearest = known.map {
            (word: $0, distance: ModelRegistry.editDistance(wanted, Array($0.lowercased().utf8)))
        }
        .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        guard let nearest, nearest.distance <= max(1, min(wanted.count, nearest.word.count) / 2) else { return nil }
        return nearest.word
    }
}
