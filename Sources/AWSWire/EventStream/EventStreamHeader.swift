package import Foundation

/// A named, typed value in front of a message's payload.
package struct EventStreamHeader: Sendable, Hashable {
    /// 1–255 bytes of UTF-8, for example `:event-type`.
    package var name: String
    package var value: EventStreamValue

    package init(_ name: String, _ value: EventStreamValue) {
        self.name = name
        self.value = value
    }
}

/// A header's value; on the wire ten types, as true and false are one each.
package enum EventStreamValue: Sendable, Hashable {
    case bool(Bool)
    case byte(Int8)
    case short(Int16)
    case integer(Int32)
    case long(Int64)
    /// At most 32,767 bytes.
    case bytes(Data)
    /// At most 32,767 bytes of UTF-8.
    case string(String)
    case timestamp(millisecondsSince1970: Int64)
    case uuid(UUID)
}
