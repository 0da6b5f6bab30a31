/// A problem as a client reads it.
struct ProblemView: Decodable, Sendable {
    struct Fault: Decodable, Sendable, Hashable {
        var pointer: String?
        var parameter: String?
        var header: String?
        var detail: String
    }

    var type: String
    var title: String
    var status: Int
    var detail: String
    var instance: String
    var trace_id: String
    var errors: [Fault]?

    /// The last part of the type.
    var name: String { String(type.split(separator: "/").last ?? "") }
    var pointers: [String] { errors?.compactMap(\.pointer) ?? [] }
    var parameters: [String] { errors?.compactMap(\.parameter) ?? [] }
    var details: String { ([detail] + (errors?.map(\.detail) ?? [])).joined(separator: " ") }
}

/// A job as a client reads it.
struct JobView: Decodable, Sendable, Hashable {
    var id: String
    var status: String
    var requestedBy: String
    var lane: String
    var suite: String
    var regions: [String]
    var notify: [String]
    var targetCount: Int
    var finishedCount: Int
    var counts: [String: Int]
    var createdAt: String
    var cancelledAt: String?
    var certifications: [CertificationView]?
    var targets: [CancelledTargetView]?
}

/// What a cancellation did to a target as a client reads it.
struct CancelledTargetView: Decodable, Sendable, Hashable {
    var certificationId: String
    var model: String
    var region: String
    var profile: String
    var outcome: String
}

/// A certification as a client reads it.
struct CertificationView: Decodable, Sendable, Hashable {
    var id: String
    var jobId: String
    var model: String
    var region: String
    var profile: String
    var status: String
    var reasonCode: String?
    var remedy: String?
}

struct JobPageView: Decodable, Sendable {
    var jobs: [JobView]
    var next: String?
}

struct CertificationPageView: Decodable, Sendable {
    var certifications: [CertificationView]
    var next: String?
}
