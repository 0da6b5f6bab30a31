import Curl
import ServiceRuntime

extension Check {
    /// Greets the mail server and logs in, where `SMTP_URL` is set here.
    static let mailServer = Check("mail server") { surroundings in
        guard let url = try surroundings.settings.optionalText("SMTP_URL") else { return [] }
        var server: SMTPServer
        do throws(CurlError) {
            server = try SMTPServer(url: url)
        } catch {
            throw ConfigurationFailure(key: "SMTP_URL", problem: "cannot be used: \(error.detail)")
        }
        server.timeouts = TransferTimeouts(connect: .seconds(4), total: .seconds(6), idle: .seconds(5))
        do throws(CurlError) {
            _ = try await CurlEngine().greet(server)
            return []
        } catch {
            return judge(mailServer: "\(server)", failure: error)
        }
    }

    static func judge(mailServer: String, failure: CurlError) -> [Finding] {
        [
            .error(
                "\(mailServer): \(failure)", why: "No mail goes out; the notifier tries again until it gives them up.",
                cure: failure.isFatal
                    ? "Correct SMTP_URL." : "Start the mail server, or correct SMTP_URL; then restart the notifier.")
        ]
    }
}
