import CertificationStore
import Postgres

extension CertificationStore: JobStore {}

extension PostgresError: StoreTrouble {
    var isUnavailability: Bool { isConnectionTrouble || isRetriable }
}
