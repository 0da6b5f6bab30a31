/// A certificate as the gateway shows it.
struct CertificateAnswer: Decodable {
    var id: String
    var provider: String
    var model: String
    var region: String
    var profile: String
    var status: String
    var standing: String
    var rating: Double
    var badge: String
    var issuedAt: String
    var expiresAt: String
    var expiresBecause: String
    var isSigned: Bool
    var jws: String?
    var revokedAt: String?
    var revocationReason: String?
}

struct CertificatePageAnswer: Decodable {
    var certificates: [CertificateAnswer]
    var next: String?
}
