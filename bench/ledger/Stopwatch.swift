import Glibc

/// Measures a run: the time on the wall, and the processor's time of the whole process.
struct Stopwatch {
    private let limitNanoseconds: Int64
    private let start = (wall: Self.now(CLOCK_MONOTONIC), used: Self.now(CLOCK_PROCESS_CPUTIME_ID))
    private(set) var entries: Int64 = 0
    private(set) var commits: Int64 = 0

    /// Starts a run of that many seconds.
    init(seconds: Int64) {
        limitNanoseconds = seconds * 1_000_000_000
    }

    /// Whether the run's time is not yet over.
    var isRunning: Bool { Self.now(CLOCK_MONOTONIC) - start.wall < limitNanoseconds }

    /// Counts entries that are durable.
    mutating func count(entries: Int64, commits: Int64) {
        self.entries += entries
        self.commits += commits
    }

    /// Ends the run, and gives its figures as one line of JSON.
    func json(batch: Int64) -> String {
        let nanoseconds = max(1, Self.now(CLOCK_MONOTONIC) - start.wall)
        let used = Self.now(CLOCK_PROCESS_CPUTIME_ID) - start.used
        let perSecond = Int64(Double(entries) * 1e9 / Double(nanoseconds))
        let tenths = used / 100 / max(1, entries)
        return """
            {"batch": \(batch), "entries": \(entries), "commits": \(commits), \
            "seconds": \(Double(nanoseconds / 1_000_000) / 1000), "per_second": \(perSecond), \
            "cpu_us_per_entry": \(Double(tenths) / 10)}
            """
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
