/// Whether bytes are one JSON value, as RFC 8259 has it, and not too deep to be read.
struct JSONSyntax {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func check() throws(JSONText.Fault) {
        skipSpace()
        try value()
        skipSpace()
        guard position == bytes.count else { throw .notJSON }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONText.Fault) {
        switch next.map(Unicode.Scalar.init) {
        case "{": try object()
        case "[": try array()
        case "\"": try string()
        case "t": try word("true")
        case "f": try word("false")
        case "n": try word("null")
        default: try number()
        }
    }

    private mutating func word(_ word: String) throws(JSONText.Fault) {
        guard bytes[position...].starts(with: word.utf8) else { throw .notJSON }
        position += word.utf8.count
    }

    private mutating func descend() throws(JSONText.Fault) {
        position += 1
        depth += 1
        guard depth <= JSONText.deepest else { throw .tooDeep }
        skipSpace()
    }

    private mutating func object() throws(JSONText.Fault) {
        try descend()
        defer { depth -= 1 }
        if take("}") { return }
        while true {
            try string()
            skipSpace()
            guard take(":") else { throw .notJSON }
            skipSpace()
            try value()
            skipSpace()
            if take("}") { return }
            guard take(",") else { throw .notJSON }
            skipSpace()
        }
    }

    private mutating func array() throws(JSONText.Fault) {
        try descend()
        defer { depth -= 1 }
        if take("]") { return }
        while true {
            try value()
            skipSpace()
            if take("]") { return }
            guard take(",") else { throw .notJSON }
            skipSpace()
        }
    }

    private mutating func string() throws(JSONText.Fault) {
        guard take("\"") else { throw .notJSON }
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw .notJSON
            default: continue
            }
        }
        throw .notJSON
    }

    private mutating func escape() throws(JSONText.Fault) {
        guard let byte = next else { throw .notJSON }
        position += 1
        guard byte == UInt8(ascii: "u") else {
            guard "\"\\/bfnrt".utf8.contains(byte) else { throw .notJSON }
            return
        }
        for _ in 0..<4 {
            guard let digit = next, Character(Unicode.Scalar(digit)).isHexDigit else { throw .notJSON }
            position += 1
        }
    }

    private mutating func number() throws(JSONText.Fault) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
    }

    private mutating func digits() throws(JSONText.Fault) {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw .notJSON }
    }
}
