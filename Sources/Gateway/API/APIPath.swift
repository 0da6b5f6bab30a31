/// The paths of the API, without a trailing slash.
enum APIPath {
    static let root = "/api/v1"
    static let jobs = "\(root)/certifications/jobs"
    static let certifications = "\(root)/certifications"
    static let targets = "\(root)/targets"
    static let parity = "\(root)/parity"
    static let registry = "\(root)/registry"
    static let models = "\(root)/models"
    static let regions = "\(root)/regions"
    static let waiting = "\(root)/waiting"
    static let schedules = "\(root)/schedules"
    static let statistics = "\(root)/stats"
    static let limits = "\(root)/limits"
    static let deadLetters = "\(root)/dead-letters"
    static let replays = "\(deadLetters)/replays"
}
