import CLibPQ

/// Connection strings, as libpq reads them.
enum ConnectionString {
    /// The parameters that the string sets, by libpq's keywords.
    ///
    /// - Throws: `configuration`. The message does not quote the string, which may hold a password.
    static func parameters(of string: String) throws(PostgresError) -> [String: String] {
        guard !string.utf8.contains(0) else {
            throw PostgresError(.configuration, message: "the connection string contains a NUL character")
        }
        var errorMessage: UnsafeMutablePointer<CChar>?
        // Owned here: freed below, on both ways out.
        let options = PQconninfoParse(string, &errorMessage)
        defer {
            PQconninfoFree(options)
            PQfreemem(errorMessage)
        }
        guard let options else {
            throw PostgresError(
                .configuration,
                message: "the connection string is no postgres:// URL and no list of keyword=value pairs")
        }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        // libpq itself notices only when it connects.
        for port in parameters["port"]?.split(separator: ",") ?? [] where !(1...65_535).contains(Int(port) ?? 0) {
            throw PostgresError(.configuration, message: "the connection string's port is no number from 1 to 65535")
        }
        return parameters
    }
}
