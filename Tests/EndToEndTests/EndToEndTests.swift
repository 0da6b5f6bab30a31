import Testing

/// Real processes against real servers, one test at a time, because they stop and kill the servers that they share.
@Suite("End to end", .serialized)
struct EndToEndTests {}
