import Testing

/// Real processes against real servers, one test at a time, because they stop and kill the servers that they share.
@Suite("End to end", .serialized)
struct EndToEndTests {}

/// Real processes against real servers, several tests at a time: each has programs, a database and a virtual host of its own,
/// and none stops a server. To be run apart from those that do.
@Suite("End to end, side by side")
struct SideBySideTests {}
