package import Contracts

extension ModelRegistry {
    /// The addresses of known models nearest to a name that is not known, nearest first, at most three; none when nothing is
    /// near.
    ///
    /// Near is an id of which the unknown one is a part, such as `claude-3-haiku`, or one with few other characters.
    package func suggestions(for unknown: ModelID) -> [ModelID] {
        let wanted = unknown.rawValue.lowercased()
        // A long id is not compared: nothing near it exists, and it came from outside.
        guard wanted.utf8.count <= 200 else { return [] }
        let limit = max(3, wanted.utf8.count / 3)
        return
            models
            .map { model in
                let address = model.address.rawValue.lowercased()
                let holdsWanted = wanted.utf8.count > 3 && address.contains(wanted)
                let distance = Self.editDistance(Array(wanted.utf8), Array(address.utf8))
                return (id: model.address, rank: holdsWanted ? 0 : 1, distance: distance)
            }
            .filter { $0.rank == 0 || $0.distance <= limit }
            .sorted { ($0.rank, $0.distance, $0.id) < ($1.rank, $1.distance, $1.id) }
            .prefix(3)
            .map(\.id)
    }

    /// How many bytes must be inserted, removed or replaced to make one text of the other (Levenshtein).
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (position, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = position + 1
            for (column, other) in right.enumerated() {
                let substituted = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
