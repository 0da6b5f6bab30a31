import CertificationStore
import Contracts
import Foundation

/// What a process knows of itself.
enum ThisProcess {
    static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        // Cut off at the last byte, which stays zero.
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static var processID: Int32 { ProcessInfo.processInfo.processIdentifier }

    /// The bytes of memory that it occupies; nil where `/proc` does not tell (proc(5), `statm`: the second field, in pages).
    static var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

extension WorkerHeartbeat {
    static func now(of worker: WorkerIdentity) -> WorkerHeartbeat {
        WorkerHeartbeat(worker: worker, residentBytes: ThisProcess.residentBytes, now: Date())
    }
}
