/// The fixed measures of the framing, in bytes.
enum Framing {
    static let lengthsLength = 8
    static let checksumLength = 4
    static let preludeLength = lengthsLength + checksumLength
    static let maximumValueLength = Int(Int16.max)
}

/// The type byte of a header's value.
enum WireType: UInt8 {
    case boolTrue = 0
    case boolFalse = 1
    case byte = 2
    case short = 3
    case integer = 4
    case long = 5
    case bytes = 6
    case string = 7
    case timestamp = 8
    case uuid = 9
}
