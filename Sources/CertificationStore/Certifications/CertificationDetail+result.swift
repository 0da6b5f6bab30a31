package import Certification
import Contracts

extension CertificationDetail {
    /// The last attempt that ended with a verdict.
    package var judgedRun: RunRecord? { runs.last { $0.verdict != nil } }

    /// A run's result with everything that decided it.
    ///
    /// - Parameters:
    ///   - run: One of the certification's.
    ///   - suites: Where the tests of an old verdict are looked up, which does not name them.
    ///   - registry: Says which of them applied.
    /// - Returns: nil when the run brought no verdict, or its tests are not known.
    package func resultDocument(
        of run: RunRecord, suites: SuiteCatalog, registry: ModelRegistry
    ) -> ResultDocument? {
        guard let verdict = run.verdict else { return nil }
        let suite = suites.suite(run.suite).flatMap { $0.version == run.suiteVersion ? $0 : nil }
        let vendor = registry.model(record.target.model)?.vendor ?? ""
        return ResultDocument(
            certification: record.id, target: record.target, verdict: verdict, results: results,
            softwareVersion: run.softwareVersion, outline: suite.map { SuiteOutline($0.applicable(to: vendor)) })
    }
}
