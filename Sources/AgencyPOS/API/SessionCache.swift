import Agency
import CivilTime
import Cryptography
import Ledger
import SQL
import Synchronization

/// The sessions that were looked up, so that a request need not ask the database who it is.
final class SessionCache: Sendable {
    /// How many sessions are remembered; beyond it all are looked up anew.
    static let maximumSessions = 50_000
    /// How long a session is believed without a new look-up, in milliseconds.
    static let maximumAgeMilliseconds: Int64 = 60_000

    private struct Known {
        let principal: Principal
        let expiresAt: Instant
        let checkedAt: Instant
    }

    private struct State {
        var known: [SHA256Digest: Known] = [:]
        /// How many sessions were forgotten so far.
        var forgottenCount = 0
    }

    private let state = Mutex(State())
    private let readers: ReaderPool

    init(readers: ReaderPool) {
        self.readers = readers
    }

    /// Who a token belongs to, or nothing when there is no such session or it has ended.
    func principal(token: String, at now: Instant) throws -> Principal? {
        let digest = SHA256.hash(token)
        let oldest = now.adding(milliseconds: -Self.maximumAgeMilliseconds)
        let (found, forgottenCount) = state.withLock { ($0.known[digest], $0.forgottenCount) }
        if let session = found, session.checkedAt >= oldest {
            return now < session.expiresAt ? session.principal : nil
        }
        let session = try readers.read {
            try StaffReader($0).session(tokenDigest: digest.hex)
        }
        guard let session, now < session.expiresAt else {
            state.withLock { _ = $0.known.removeValue(forKey: digest) }
            return nil
        }
        state.withLock { state in
            // A session that ended since it was read must not be remembered.
            guard state.forgottenCount == forgottenCount else { return }
            if state.known.count >= Self.maximumSessions { state.known.removeAll() }
            state.known[digest] = Known(
                principal: session.principal, expiresAt: session.expiresAt, checkedAt: now)
        }
        return session.principal
    }

    /// Forgets the sessions of a person that have ended.
    func forget(staff: ID<StaffMember>) {
        state.withLock { state in
            state.forgottenCount += 1
            state.known = state.known.filter { $0.value.principal.staff != staff }
        }
    }

    /// Forgets all sessions: some person's have ended, and each is looked up anew.
    func forgetAll() {
        state.withLock { state in
            state.forgottenCount += 1
            state.known.removeAll()
        }
    }

    /// Forgets a session that has ended.
    func forget(token: String) {
        state.withLock { state in
            state.forgottenCount += 1
            state.known[SHA256.hash(token)] = nil
        }
    }
}
