import Contracts

extension JSONSchemaValidation {
    mutating func violation(
        of text: String, at path: JSONPath, by keywords: [String: JSONValue]
    ) throws(JSONSchemaFault) -> JSONSchemaViolation? {
        let length = text.unicodeScalars.count
        if let limit = keywords["minLength"]?.count, length < limit {
            return path.violation("minLength", "it must have \(limit) characters or more, not \(length)")
        }
        if let limit = keywords["maxLength"]?.count, length > limit {
            return path.violation("maxLength", "it must have \(limit) characters or less, not \(length)")
        }
        if let pattern = keywords["pattern"]?.text, try !matches(text, pattern) {
            return path.violation("pattern", "it must match \(pattern)")
        }
        return nil
    }

    mutating func violation(
        of items: [JSONValue], at path: JSONPath, by keywords: [String: JSONValue]
    ) throws(JSONSchemaFault) -> JSONSchemaViolation? {
        if let limit = keywords["minItems"]?.count, items.count < limit {
            return path.violation("minItems", "it must have \(limit) items or more, not \(items.count)")
        }
        if let limit = keywords["maxItems"]?.count, items.count > limit {
            return path.violation("maxItems", "it must have \(limit) items or less, not \(items.count)")
        }
        if keywords["uniqueItems"] == .boolean(true) {
            try spend(items.count)
            if Set(items).count < items.count { return path.violation("uniqueItems", "no two items may be equal") }
        }
        let prefix = keywords["prefixItems"]?.items ?? []
        for (index, item) in items.enumerated() {
            guard let schema = index < prefix.count ? prefix[index] : keywords["items"] else { break }
            if let violation = try violation(of: item, at: path.child("\(index)"), by: schema) { return violation }
        }
        guard let schema = keywords["contains"] else { return nil }
        return try containing(schema, items, at: path, by: keywords)
    }

    private mutating func containing(
        _ schema: JSONValue, _ items: [JSONValue], at path: JSONPath, by keywords: [String: JSONValue]
    ) throws(JSONSchemaFault) -> JSONSchemaViolation? {
        var count = 0
        for (index, item) in items.enumerated() {
            if try violation(of: item, at: path.child("\(index)"), by: schema) == nil { count += 1 }
        }
        let least = keywords["minContains"]?.count ?? 1
        if count < least {
            let keyword = keywords["minContains"] == nil ? "contains" : "minContains"
            return path.violation(keyword, "\(least) of its items or more must be as asked, not \(count)")
        }
        if let most = keywords["maxContains"]?.count, count > most {
            return path.violation("maxContains", "\(most) of its items or less must be as asked, not \(count)")
        }
        return nil
    }

    mutating func violation(
        of fields: [String: JSONValue], at path: JSONPath, by keywords: [String: JSONValue]
    ) throws(JSONSchemaFault) -> JSONSchemaViolation? {
        if let violation = presenceViolation(of: fields, at: path, by: keywords) { return violation }
        let names = fields.keys.sorted()
        if let schema = keywords["propertyNames"] {
            for name in names {
                if let inner = try violation(of: .string(name), at: path.child(name), by: schema) {
                    return path.violation("propertyNames", "a property's name does not hold to '\(inner.keyword)'")
                }
            }
        }
        let properties = keywords["properties"]?.fields ?? [:]
        let patterns = (keywords["patternProperties"]?.fields ?? [:]).sorted { $0.key < $1.key }
        for name in names {
            guard let value = fields[name] else { continue }
            let place = path.child(name)
            var isKnown = false
            if let schema = properties[name] {
                isKnown = true
                if let violation = try violation(of: value, at: place, by: schema) { return violation }
            }
            for (pattern, schema) in patterns where try matches(name, pattern) {
                isKnown = true
                if let violation = try violation(of: value, at: place, by: schema) { return violation }
            }
            if !isKnown, let schema = keywords["additionalProperties"] {
                if schema == .boolean(false) {
                    return place.violation("additionalProperties", "no such property is allowed")
                }
                if let violation = try violation(of: value, at: place, by: schema) { return violation }
            }
        }
        for (name, schema) in (keywords["dependentSchemas"]?.fields ?? [:]).sorted(by: { $0.key < $1.key })
        where fields[name] != nil {
            if let violation = try violation(of: .object(fields), at: path, by: schema) { return violation }
        }
        return nil
    }

    private func presenceViolation(
        of fields: [String: JSONValue], at path: JSONPath, by keywords: [String: JSONValue]
    ) -> JSONSchemaViolation? {
        let required = keywords["required"]?.items.compactMap(\.text) ?? []
        if let missing = required.first(where: { fields[$0] == nil }) {
            return path.violation("required", "'\(missing)' is missing")
        }
        if let limit = keywords["minProperties"]?.count, fields.count < limit {
            return path.violation("minProperties", "it must have \(limit) properties or more, not \(fields.count)")
        }
        if let limit = keywords["maxProperties"]?.count, fields.count > limit {
            return path.violation("maxProperties", "it must have \(limit) properties or less, not \(fields.count)")
        }
        for (name, others) in (keywords["dependentRequired"]?.fields ?? [:]).sorted(by: { $0.key < $1.key })
        where fields[name] != nil {
            if let missing = others.items.compactMap(\.text).first(where: { fields[$0] == nil }) {
                return path.violation("dependentRequired", "'\(missing)' is missing beside '\(name)'")
            }
        }
        return nil
    }
}
