/// How quickly a simulated model answers: always the same for the same id, different from model to model.
struct LatencyProfile: Sendable, Hashable {
    /// Until the first token.
    let firstToken: Duration
    /// Between two chunks.
    let perToken: Duration

    /// `scale` multiplies every time; 0 answers at once.
    init(modelID: String, scale: Double) {
        // FNV-1a, because Swift's own hash differs from process to process.
        let hash = modelID.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        let small = ["haiku", "mini", "micro", "lite", "8b", "3b", "small"].contains { modelID.contains($0) }
        let milliseconds = Double(hash % 120) + (small ? 60 : 180)
        let tokensPerSecond = Double((hash >> 16) % 80) + (small ? 160 : 70)
        firstToken = .seconds(milliseconds / 1_000 * scale)
        perToken = .seconds(1 / tokensPerSecond * scale)
    }
}
