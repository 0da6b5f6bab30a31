import Foundation

/// As much of `contracts/openapi.yaml` as the tests compare with the code, read by its indentation.
struct OpenAPIDocument {
    private let lines: [Substring]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "contracts/openapi.yaml"), encoding: .utf8)
        lines = text.split(separator: "\n")
    }

    /// The methods of each path, in lower case.
    var operations: [String: Set<String>] {
        let methods: Set<String> = ["get", "post", "put", "patch", "delete"]
        return block("paths:", in: lines[...], indentation: 0).entries(indentation: 2).mapValues { path in
            Set(path.entries(indentation: 4).keys).intersection(methods)
        }
    }

    /// The names of the properties that a schema adds itself.
    func properties(of schema: String) -> Set<String> {
        let body = self.schema(schema)
        guard let start = body.firstIndex(where: { $0.trimmingPrefix(while: \.isWhitespace) == "properties:" })
        else { return [] }
        let depth = body[start].indentation
        return Set(block("properties:", in: body[start...], indentation: depth).entries(indentation: depth + 2).keys)
    }

    /// The first enumeration in a schema.
    func values(of schema: String) -> Set<String> {
        let body = self.schema(schema)
        guard let start = body.firstIndex(where: { $0.trimmingPrefix(while: \.isWhitespace).hasPrefix("enum:") })
        else { return [] }
        if let bracket = body[start].firstIndex(of: "[") {
            let list = body[start][bracket...].dropFirst().dropLast()
            return Set(list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        }
        let items = body[(start + 1)...].prefix { $0.trimmingPrefix(while: \.isWhitespace).hasPrefix("- ") }
        return Set(items.map { String($0.trimmingPrefix(while: \.isWhitespace).dropFirst(2)) })
    }

    private func schema(_ name: String) -> ArraySlice<Substring> {
        block("\(name):", in: block("schemas:", in: lines[...], indentation: 2), indentation: 4)
    }

    private func block(
        _ header: String, in lines: ArraySlice<Substring>, indentation: Int
    ) -> ArraySlice<Substring> {
        let start = lines.firstIndex {
            $0.indentation == indentation && $0.trimmingPrefix(while: \.isWhitespace).hasPrefix(header)
        }
        guard let start else { return [] }
        let rest = lines[start...].dropFirst()
        // A schema of one line has its content behind the header.
        return rest.isEmpty || rest.first.map { $0.indentation > indentation } == false
            ? lines[start...start] : rest.prefix { $0.indentation > indentation }
    }
}

extension ArraySlice<Substring> {
    /// The lines below each key of this depth.
    fileprivate func entries(indentation: Int) -> [String: ArraySlice<Substring>] {
        let starts = indices.filter { index in
            self[index].indentation == indentation && self[index].contains(":") && !self[index].contains("- ")
        }
        return Dictionary(
            uniqueKeysWithValues: zip(starts, Array(starts.dropFirst()) + [endIndex]).map { start, end in
                let key = self[start].trimmingPrefix(while: \.isWhitespace).prefix { $0 != ":" }
                return (String(key), self[(start + 1)..<end])
            })
    }
}

extension Substring {
    fileprivate var indentation: Int { prefix { $0 == " " }.count }
}
