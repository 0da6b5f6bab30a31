import Contracts
import Foundation
import Messaging

/// What would become of a letter if it were replayed now.
package enum ReplayProspect: Sendable, Hashable {
    case willRun
    /// Why there is nothing to do.
    case nothingToDo(String)
    /// What must be done first.
    case notPossible(String)

    /// A fixed short name.
    package var name: String {
        switch self {
        case .willRun: "WILL_RUN"
        case .nothingToDo: "NOTHING_TO_DO"
        case .notPossible: "NOT_POSSIBLE"
        }
    }

    /// Why not, and what to do about it; nil when it will run.
    package var remark: String? {
        switch self {
        case .willRun: nil
        case .nothingToDo(let text), .notPossible(let text): text
        }
    }
}

/// A letter as its replay sees it, edits included.
struct ReplayCandidate: Sendable {
    var letter: LetterID
    var status: DeadLetterStatus
    var messageID: MessageID
    var typeName: String?
    var schemaVersion: Int?
    var exchange: ExchangeName
    var routingKey: RoutingKey
    var attempt: Int
    var body: Data
    var headers: [String: String]
    var jobID: JobID?
    var trace: TraceContext?

    /// The certification that the message asks for; nil when it is another message.
    var request: CertificationRequested? { KnownMessages.request(body, type: typeName) }
}

/// The certification that a letter asks for, and its job, at one moment.
struct ReplaySubject: Sendable, Hashable {
    var jobID: JobID
    var status: CertificationStatus
    var requestID: MessageID?
    var isJobCancelled: Bool
    var nextAttemptAt: Date?
}

extension ReplayProspect {
    /// `subject` is nil when the letter asks for no certification, or for one that is not there; `isUnderWay` says whether
    /// a message of the same id, or one for the same certification, is on its way out.
    init(_ candidate: ReplayCandidate, subject: ReplaySubject?, isUnderWay: Bool) {
        if candidate.status != .open {
            self = .nothingToDo("The letter is \(candidate.status.rawValue).")
        } else if let fault = KnownMessages.fault(
            of: candidate.body, type: candidate.typeName, schemaVersion: candidate.schemaVersion)
        {
            self = .notPossible("\(fault) Edit the letter, or discard it.")
        } else if let fault = candidate.address.fault {
            self = .notPossible(fault)
        } else if isUnderWay {
            self = .nothingToDo("The same work is on its way already.")
        } else if let request = candidate.request {
            self = Self.prospect(of: request, subject: subject, message: candidate.messageID)
        } else {
            self = .willRun
        }
    }

    private static func prospect(
        of request: CertificationRequested, subject: ReplaySubject?, message: MessageID
    ) -> ReplayProspect {
        guard let subject else {
            return .notPossible(
                "There is no certification \(request.certificationID) in this database. Certify the target anew, "
                    + "and discard the letter.")
        }
        if subject.isJobCancelled || subject.status == .cancelled {
            return .nothingToDo("The job \(subject.jobID) was cancelled.")
        }
        switch subject.status {
        case .certified, .qualityWarning, .failed, .unsupported:
            return .nothingToDo("The certification was judged meanwhile: \(subject.status.rawValue).")
        case .processing:
            return .nothingToDo("A processor is at work on the certification.")
        case .retrying:
            return .nothingToDo("The certification waits for its next attempt.")
        case .queued where subject.requestID != message:
            return .nothingToDo("Another request for the certification is on its way.")
        case .queued, .inconclusive, .cancelled:
            return .willRun
        }
    }
}

extension ReplayCandidate {
    fileprivate var address: ReplayAddress { ReplayAddress(exchange: exchange, routingKey: routingKey) }

    /// The message as it is to be sent. It is mandatory, so that a binding that is missing at the broker is noticed
    /// whatever the exchange.
    func message(by item: ReplayItemID, now: Date) -> OutgoingMessage {
        var own = headers.filter { name, _ in
            !name.hasPrefix("x-") && name != MessageHeader.traceparent && name != MessageHeader.tracestate
        }
        own[MessageHeader.replay] = item.description
        return OutgoingMessage(
            id: messageID, exchange: exchange, routingKey: routingKey, mandatory: true,
            type: MessageType(name: typeName ?? "unknown", schemaVersion: schemaVersion ?? 0), correlationID: jobID,
            body: body, createdAt: now, attempt: attempt, trace: trace, extraHeaders: own)
    }
}
