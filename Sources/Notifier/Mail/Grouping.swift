/// Elements under the same key together, keys in the order in which they first occur.
struct Grouping<Key: Hashable, Element> {
    private(set) var groups: [(key: Key, elements: [Element])] = []

    init(_ elements: [Element], by key: (Element) -> Key) {
        var places: [Key: Int] = [:]
        for element in elements {
            let key = key(element)
            if let place = places[key] {
                groups[place].elements.append(element)
            } else {
                places[key] = groups.count
                groups.append((key, [element]))
            }
        }
    }
}
