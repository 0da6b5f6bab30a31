import Certification
import Foundation
import Logging
import Synchronization

/// Which model misbehaves how: by its name, or by the control file.
///
/// A model named `simulator.throttle-v1:0` (any behaviour's name) always does what it is named for. The control file is
/// looked at before every call, read again when it has changed, and its rules begin to count anew then. A file that is
/// gone has no rules; one that cannot be read leaves the last good ones in force.
final class BehaviourPlan: Sendable {
    /// Tells one state of a file from another; the time alone would miss two writes within one tick of the clock.
    private struct FileStamp: Equatable {
        var seconds: Int
        var nanoseconds: Int
        var size: Int
        var inode: UInt64

        /// Nil when there is no such file.
        init?(path: String) {
            var information = stat()
            guard stat(path, &information) == 0 else { return nil }
            seconds = information.st_mtim.tv_sec
            nanoseconds = information.st_mtim.tv_nsec
            size = Int(information.st_size)
            inode = UInt64(information.st_ino)
        }
    }

    private struct CallPlace: Hashable {
        var model: String
        var region: String
    }

    private struct State {
        var stamp: FileStamp?
        var file = ControlFile()
        var calls: [CallPlace: Int] = [:]
        var buckets: [CallPlace: TokenBucket] = [:]
    }

    private let path: String?
    private let latencyScale: Double
    private let isModel: @Sendable (String) -> Bool
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - path: the control file; it need not exist yet.
    ///   - latencyScale: where the file says nothing else.
    ///   - logger: is told of a file that cannot be used.
    ///   - isModel: whether there is a model with this id; a rule for any other is warned of.
    init(
        path: String?, latencyScale: Double, logger: Logger,
        isModel: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.path = path
        self.latencyScale = latencyScale
        self.isModel = isModel
        self.logger = logger
    }

    /// What happens to the next call of a model, which is counted by asking.
    func next(model: String, region: String) -> (behaviour: Behaviour, latencyScale: Double) {
        // The file is small, and reading it under the lock keeps two calls from taking turns with two of its states.
        state.withLock { state in
            readAgainWhenChanged(&state)
            let scale = state.file.latencyScale ?? latencyScale
            if let behaviour = Behaviour(simulatorModel: model) { return (behaviour, scale) }
            guard let rule = state.file.models[model] else { return (.normal, scale) }
            let count = state.calls[CallPlace(model: model, region: region), default: 0]
            state.calls[CallPlace(model: model, region: region)] = count + 1
            return (rule.applies(in: region, after: count) ? rule.behaviour : .normal, scale)
        }
    }

    /// Whether the model's quota lets another call pass, which is charged by asking.
    func admits(model: String, region: String, at now: Date) -> Bool {
        state.withLock { state in
            readAgainWhenChanged(&state)
            guard let quota = state.file.quotas[model] ?? state.file.quotas["*"], quota.applies(in: region) else {
                return true
            }
            return state.buckets[CallPlace(model: model, region: region), default: quota.bucket].take(1, at: now)
        }
    }

    /// What the control plane says of models' lives, by model.
    var lifecycles: [String: SimulatedLifecycle] {
        state.withLock { state in
            readAgainWhenChanged(&state)
            return state.file.lifecycles
        }
    }

    /// What the control plane lists beside the registry's models.
    var listed: [String: ListedModel] {
        state.withLock { state in
            readAgainWhenChanged(&state)
            return state.file.listed
        }
    }

    /// How long a model that delays its first chunk does so.
    var delay: Duration {
        state.withLock { state in
            readAgainWhenChanged(&state)
            return .milliseconds(state.file.delayMs ?? 300)
        }
    }

    private func readAgainWhenChanged(_ state: inout State) {
        guard let path else { return }
        let stamp = FileStamp(path: path)
        guard stamp != state.stamp else { return }
        guard stamp != nil else {
            state = State()
            return
        }
        state.stamp = stamp
        do {
            let file = try ControlFile(json: try Data(contentsOf: URL(filePath: path)))
            state = State(stamp: stamp, file: file)
            for model in file.models.keys.sorted() where !isModel(model) {
                logger.warning(
                    "The control file has a rule for a model that there is not",
                    metadata: ["path": "\(path)", "key": "models.\(model)"])
            }
        } catch {
            logger.warning("The control file cannot be used", metadata: ["path": "\(path)", "error": "\(error)"])
        }
    }
}
