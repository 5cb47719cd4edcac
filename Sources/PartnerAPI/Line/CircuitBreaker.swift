/// Decides whether a partner is asked at all, by how its latest calls went.
///
///     closed ──failures in a row──▶ open ──asked after its time──▶ halfOpen ──probe succeeded──▶ closed
///                                    ▲                                │
///                                    └──────── probe failed ──────────┘  open for twice as long
///
/// - closed: every call is let through; failures in a row are counted.
/// - open: no call is let through before `untilMilliseconds`.
/// - halfOpen: one call, the probe, is under way; no other is let through.
///
/// Calls that were let through earlier may end in any state; only `closed` cares about them.
struct CircuitBreaker {
    /// What a caller may do; it is given back when the call has ended.
    enum Admission: Equatable {
        case call
        case probe
        /// Not now; a call has a chance after this time, in milliseconds.
        case refused(retryAfterMilliseconds: Int64)
    }

    /// How an admitted call ended.
    enum Ending: CaseIterable {
        case succeeded
        case failed
        /// It was never made, so it tells nothing of the partner.
        case abandoned
    }

    enum State: Equatable {
        case closed(failures: Int)
        case open(untilMilliseconds: Int64, openMilliseconds: Int64)
        case halfOpen(openMilliseconds: Int64)
    }

    enum Event: CaseIterable {
        case asked, callSucceeded, callFailed, probeSucceeded, probeFailed, probeAbandoned
    }

    let failuresToOpen: Int
    let openMilliseconds: Int64
    let maximumOpenMilliseconds: Int64
    private(set) var state = State.closed(failures: 0)

    init(_ configuration: PartnerLineConfiguration) {
        failuresToOpen = configuration.failuresToOpen
        openMilliseconds = Int64(configuration.openMilliseconds)
        maximumOpenMilliseconds = Int64(configuration.maximumOpenMilliseconds)
    }

    /// Whether a call would be refused now; changes nothing.
    func refusal(nowMilliseconds now: Int64) -> Admission? {
        var copy = self
        switch copy.admit(nowMilliseconds: now) {
        case .call, .probe: return nil
        case .refused(let wait): return .refused(retryAfterMilliseconds: wait)
        }
    }

    /// Asks to make a call.
    mutating func admit(nowMilliseconds now: Int64) -> Admission {
        guard let admission = handle(.asked, now) else {
            preconditionFailure("a breaker that is asked answers")
        }
        return admission
    }

    /// Tells how an admitted call ended.
    mutating func end(_ admission: Admission, _ ending: Ending, nowMilliseconds now: Int64) {
        switch (admission, ending) {
        case (.call, .succeeded): _ = handle(.callSucceeded, now)
        case (.call, .failed): _ = handle(.callFailed, now)
        case (.probe, .succeeded): _ = handle(.probeSucceeded, now)
        case (.probe, .failed): _ = handle(.probeFailed, now)
        case (.probe, .abandoned): _ = handle(.probeAbandoned, now)
        case (.call, .abandoned), (.refused, _): break
        }
    }

    /// The one place where the state changes; `asked` alone gets an answer.
    mutating func handle(_ event: Event, _ now: Int64) -> Admission? {
        switch (state, event) {
        case (.closed, .asked):
            return .call
        case (.closed, .callSucceeded):
            state = .closed(failures: 0)
        case (.closed(let failures), .callFailed):
            state =
                failures + 1 < failuresToOpen
                ? .closed(failures: failures + 1)
                : .open(
                    untilMilliseconds: now + openMilliseconds, openMilliseconds: openMilliseconds)
        case (.open(let until, let length), .asked):
            guard now >= until else { return .refused(retryAfterMilliseconds: until - now) }
            state = .halfOpen(openMilliseconds: length)
            return .probe
        case (.halfOpen(let length), .asked):
            // How long the probe takes is not known; the next opening is a sound guess.
            return .refused(retryAfterMilliseconds: length)
        case (.open, .callSucceeded), (.open, .callFailed), (.halfOpen, .callSucceeded),
            (.halfOpen, .callFailed):
            // Let through before it opened: the probe decides, not they.
            break
        case (.halfOpen, .probeSucceeded):
            state = .closed(failures: 0)
        case (.halfOpen(let length), .probeFailed):
            let doubled = min(2 * length, maximumOpenMilliseconds)
            state = .open(untilMilliseconds: now + doubled, openMilliseconds: doubled)
        case (.halfOpen(let length), .probeAbandoned):
            state = .open(untilMilliseconds: now, openMilliseconds: length)
        case (.closed, .probeSucceeded), (.closed, .probeFailed), (.closed, .probeAbandoned),
            (.open, .probeSucceeded), (.open, .probeFailed), (.open, .probeAbandoned):
            preconditionFailure("a probe ended while none was under way")
        }
        return nil
    }
}
