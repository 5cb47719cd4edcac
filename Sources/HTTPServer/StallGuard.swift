/// Notices when the library asks to be run again at once, time after time, and gets nowhere.
///
/// libmicrohttpd 0.9.75 does so when a connection's buffer is full of a line that has no end yet,
/// such as an over-long chunk extension: without a rest, one client keeps a processor busy until
/// the request deadline.
struct StallGuard {
    /// Rounds without progress that are still taken for normal.
    static let maximumIdleRounds = 64

    private var idleRounds = 0

    /// The library has called back.
    mutating func noteProgress() {
        idleRounds = 0
    }

    /// Counts a round that the library wants repeated at once; true when the loop shall rest.
    ///
    /// - Parameter mayRest: asked only after many rounds; sending makes progress without calls.
    mutating func isStalled(_ mayRest: () -> Bool) -> Bool {
        idleRounds += 1
        guard idleRounds > StallGuard.maximumIdleRounds else { return false }
        return mayRest()
    }
}
