import Certification
import CertificationStore
import Foundation
import Hummingbird

/// The whole HTTP API over a store: everything that the gateway answers, without a port.
struct GatewayAPI: Sendable {
    let store: any JobStore
    /// For what only operators ask, of which there is no second implementation.
    let operations: CertificationStore
    let registry: RegistryHolder
    let suites: SuiteCatalog
    let rubrics: RubricCatalog
    let costs: CostPolicy
    let verifier: TokenVerifier
    let cursors: CursorSigner
    let bodyLimits: JSONRequest.Limits
    /// Whether clients reach the gateway over TLS.
    let isReachedOverTLS: Bool
    /// How long the answer to a cancellation waits for what runs.
    var cancelPatience = JobCancellation.patience
    let now: @Sendable () -> Date
    /// For the messages of new jobs.
    var outboxRoom = OutboxRoom.unlimited

    /// What schedules mean with this gateway's registry.
    var schedulePlanner: SchedulePlanner {
        SchedulePlanner(registry: registry, suites: suites, rubrics: rubrics, costs: costs)
    }

    /// The middlewares from the outside in: what is further out also sees what is further in answer or fail.
    func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestIdentity())
        router.add(middleware: AccessLog())
        router.add(middleware: RequestMetrics())
        router.add(middleware: SecurityHeaders(isReachedOverTLS: isReachedOverTLS))
        router.add(middleware: ProblemResponses())
        let authentication = BearerAuthentication(verifier: verifier)
        for endpoint in endpoints {
            endpoint.add(to: router, behind: authentication)
        }
        return router
    }

    /// Every resource; `contracts/openapi.yaml` describes the same ones.
    var endpoints: [Endpoint] {
        let jobs = JobRoutes(
            store: store, registry: registry, suites: suites, rubrics: rubrics, costs: costs, cursors: cursors,
            bodyLimits: bodyLimits, cancelPatience: cancelPatience, now: now, room: outboxRoom)
        let certifications = CertificationRoutes(
            store: store, registry: registry, suites: suites, cursors: cursors, now: now)
        let catalogue = CatalogueRoutes(registry: registry, now: now)
        let statistics = StatisticsRoutes(store: store, now: now)
        let deadLetters = DeadLetterRoutes(store: operations, cursors: cursors, bodyLimits: bodyLimits, now: now)
        let replays = ReplayRoutes(store: operations, cursors: cursors, bodyLimits: bodyLimits, now: now)
        let history = HistoryRoutes(store: operations, registry: registry, cursors: cursors, now: now)
        let synced = RegistryRoutes(store: operations, cursors: cursors, now: now)
        let limits = LimitsRoutes(store: operations)
        let costRoutes = CostRoutes(store: operations, now: now)
        let waiting = WaitingRoutes(
            store: operations, registry: registry, cursors: cursors, bodyLimits: bodyLimits, now: now)
        let schedules = ScheduleRoutes(
            store: operations, planner: schedulePlanner, cursors: cursors, bodyLimits: bodyLimits, now: now,
            room: outboxRoom)
        let certificates = CertificateRoutes(
            store: operations, registry: registry, cursors: cursors, bodyLimits: bodyLimits, now: now)
        let verification = VerificationRoutes(
            store: operations, revocationLists: SignedRevocationLists(store: operations), bodyLimits: bodyLimits,
            now: now)
        let badges = BadgeRoutes(store: operations, registry: registry, now: now)
        return [
            jobs.endpoints, certifications.endpoints, history.endpoints, synced.endpoints, catalogue.endpoints,
            statistics.endpoints, limits.endpoints, costRoutes.endpoints, waiting.endpoints, schedules.endpoints,
            deadLetters.endpoints, replays.endpoints, certificates.endpoints, verification.endpoints, badges.endpoints,
        ].flatMap(\.self)
    }
}
