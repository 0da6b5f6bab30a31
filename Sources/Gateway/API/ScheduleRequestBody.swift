import Certification
import CertificationStore
import Foundation

/// The body that makes or changes a schedule, as it was sent: what could be read, and every fault of its form.
struct ScheduleRequestBody: Sendable, Decodable {
    /// The fields that a body may have.
    enum Field: String, CaseIterable {
        case name, request, cron, timeZone, every, catchUp, overlap, paused
    }

    private(set) var name: String?
    private(set) var request: JobRequestBody?
    private(set) var cron: String?
    private(set) var timeZone: String?
    private(set) var every: Int?
    private(set) var catchUp: CatchUpPolicy?
    private(set) var overlap: OverlapPolicy?
    private(set) var paused: Bool?
    private(set) var faults: [Fault]
    /// The known fields that were sent, read or not.
    private(set) var present: Set<Field>

    init(from decoder: any Decoder) {
        var reader = FieldReader(decoder, known: Field.allCases.map(\.rawValue), thing: "A schedule")
        name = reader.text("name")
        request = reader.value("request", "an object as a job's request is")
        cron = reader.text("cron")
        timeZone = reader.text("timeZone")
        every = reader.integer("every", in: ScheduleTiming.intervals)
        catchUp = reader.choice("catchUp", of: CatchUpPolicy.self)
        overlap = reader.choice("overlap", of: OverlapPolicy.self)
        paused = reader.boolean("paused")
        faults = reader.faults
        present = Set(Field.allCases.filter { reader.has($0.rawValue) })
    }
}
