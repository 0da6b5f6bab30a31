import Foundation

extension Process {
    /// Runs it with no signal blocked.
    ///
    /// Threads of Swift's pool block most signals and a child inherits that: a broker that was started from one did not heed
    /// SIGTERM and had to be killed 30 s later.
    func runUnblocked() throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
