import Foundation
import ServiceRuntime

extension Check {
    /// Secrets that anybody can read in this repository.
    static let developmentSecrets = Check("secrets") { surroundings in
        let keys = ["JWT_SECRET", "DATABASE_URL", "RABBITMQ_URL", "RABBITMQ_MANAGEMENT_URL", "AWS_SECRET_ACCESS_KEY"]
        var settings: [String: String] = [:]
        for key in keys { settings[key] = try surroundings.settings.optionalText(key) }
        return judge(secrets: settings)
    }

    private static let published: Set<String> = [
        "local-development-secret-of-no-value-elsewhere", "a-secret-for-trying-out-of-no-value-elsewhere",
        "end-to-end-secret-of-no-value-elsewhere", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    ]

    /// Of the secrets, by their settings' names, none is ever repeated.
    static func judge(secrets: [String: String]) -> [Finding] {
        secrets.sorted { $0.key < $1.key }.filter { isPublished($0.value) }.map { key, _ in
            .warning(
                "\(key) is a value from CertForge's own files.",
                why: "Everybody who reads them knows it. On a machine of your own that does no harm.",
                cure: key == "JWT_SECRET"
                    ? "JWT_SECRET=$(openssl rand -base64 48)" : "Choose another and change it on both sides.")
        }
    }

    private static func isPublished(_ text: String) -> Bool {
        if published.contains(text) { return true }
        guard let parts = URLComponents(string: text), let user = parts.user, let password = parts.password else {
            return false
        }
        // In the local servers and in docker-compose.yml each user's password is its name.
        return password == user && user.hasPrefix("certforge") || (user, password) == ("guest", "guest")
    }
}
