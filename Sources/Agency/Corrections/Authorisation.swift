import CivilTime
import Cryptography
import Ledger
import SQL

/// A supervisor's consent to one correction of one receipt, told to the operator as a code.
struct Authorisation {
    /// How long a code is good for, in milliseconds.
    static let lifetimeMilliseconds: Int64 = 10 * 60_000
    /// How many digits a code has.
    static let codeDigitCount = 8
    /// Wrong codes for a receipt that block its authorisations.
    static let maximumWrongCodes: Int64 = 3
    /// How long a reason may be, in characters.
    static let reasonLengths = 1...120

    let id: ID<Authorisation>
    let supervisor: ID<StaffMember>
    let codeDigest: String
    let expiresAt: Instant
    private(set) var state: State
    private(set) var wrongCodeCount: Int64

    /// Where an authorisation stands; only an issued one can be used, and once.
    ///
    ///     issued ──▶ used      a correction was posted with its code
    ///        ├─────▶ expired   its ten minutes were over
    ///        ├─────▶ blocked   too many wrong codes were tried for its receipt
    ///        └─────▶ replaced  its supervisor issued another for the same act
    enum State: String, CaseIterable {
        case issued, used, expired, blocked, replaced
    }

    /// What happens to an authorisation.
    enum Event: CaseIterable {
        case codeGiven, wrongCodeGiven, timeRanOut, anotherIssued
    }

    init(
        id: ID<Authorisation>, supervisor: ID<StaffMember>, codeDigest: String,
        expiresAt: Instant, state: State, wrongCodeCount: Int64
    ) {
        self.id = id
        self.supervisor = supervisor
        self.codeDigest = codeDigest
        self.expiresAt = expiresAt
        self.state = state
        self.wrongCodeCount = wrongCodeCount
    }

    /// Moves on, or stays where it ended.
    ///
    /// - Returns: whether the event was still possible.
    mutating func hear(_ event: Event) -> Bool {
        switch (state, event) {
        case (.issued, .codeGiven): state = .used
        case (.issued, .wrongCodeGiven):
            wrongCodeCount += 1
            if wrongCodeCount >= Self.maximumWrongCodes { state = .blocked }
        case (.issued, .timeRanOut): state = .expired
        case (.issued, .anotherIssued): state = .replaced
        case (.used, .codeGiven), (.used, .wrongCodeGiven), (.used, .timeRanOut),
            (.used, .anotherIssued), (.expired, .codeGiven), (.expired, .wrongCodeGiven),
            (.expired, .timeRanOut), (.expired, .anotherIssued), (.blocked, .codeGiven),
            (.blocked, .wrongCodeGiven), (.blocked, .timeRanOut), (.blocked, .anotherIssued),
            (.replaced, .codeGiven), (.replaced, .wrongCodeGiven), (.replaced, .timeRanOut),
            (.replaced, .anotherIssued):
            return false
        }
        return true
    }

    /// A code that nobody can guess in three tries.
    static func newCode() throws -> String {
        let number = try SecureRandom.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var digits = String(number % 100_000_000)
        while digits.utf8.count < codeDigitCount { digits = "0" + digits }
        return digits
    }

    /// Whether a text has the form of a code.
    public static func isCode(_ text: String) -> Bool {
        text.utf8.count == codeDigitCount
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// What is kept of a code; keyed, for eight digits alone are soon tried out.
    static func digest(
        code: String, _ correction: Correction, serial: Int64, key: SymmetricKey
    ) -> String {
        HMACSHA256.authenticate(
            "authorisation\u{1F}\(correction.rawValue)\u{1F}\(serial)\u{1F}\(code)", key: key
        ).hex
    }
}

extension AgencySession {
    /// The authorisations of an act that can still be used; those whose time is over have expired.
    func liveAuthorisations(
        _ correction: Correction, of serial: Int64
    ) throws -> [Authorisation] {
        let issued = try connection.prepare(
            """
            SELECT authorisation_id, supervisor_id, code_digest, expires_at, state, wrong_codes
            FROM authorisation WHERE serial = $1 AND correction = $2 AND state = 'issued'
            ORDER BY authorisation_id
            """
        ).all(.integer(serial), .text(correction.rawValue)) { row in
            guard let state = Authorisation.State(rawValue: row.text(4)) else {
                throw row.damage(4, expected: "a state")
            }
            return Authorisation(
                id: ID(row.integer(0)), supervisor: ID(row.integer(1)), codeDigest: row.text(2),
                expiresAt: Instant(millisecondsSinceEpoch: row.integer(3)), state: state,
                wrongCodeCount: row.integer(5))
        }
        return try issued.filter { authorisation in
            guard authorisation.expiresAt <= now else { return true }
            try tell(authorisation, .timeRanOut)
            return false
        }
    }

    /// Lets an authorisation hear of an event and keeps what becomes of it.
    func tell(
        _ authorisation: Authorisation, _ event: Authorisation.Event, usedBy serial: Int64? = nil
    ) throws {
        var changed = authorisation
        guard changed.hear(event) else { return }
        try connection.prepare(
            """
            UPDATE authorisation SET state = $1, wrong_codes = $2, used_serial = $3
            WHERE authorisation_id = $4
            """
        ).run(
            .text(changed.state.rawValue), .integer(changed.wrongCodeCount), .integer(serial),
            .integer(changed.id.number))
    }
}
