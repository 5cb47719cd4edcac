import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// What someone signs in with.
public struct SignInRequest: Sendable {
    public let staffCode: String
    public let pin: String
    /// An operator signs in at a terminal; others have none.
    public let terminal: (code: String, secret: String)?

    public init(staffCode: String, pin: String, terminal: (code: String, secret: String)?) {
        self.staffCode = staffCode
        self.pin = pin
        self.terminal = terminal
    }
}

/// Checks who signs in. The slow part, scrypt, needs no connection and runs beside the writer.
public struct SignIn: Sendable {
    /// Wrong PINs in a row that lock a person out.
    public static let maximumFailures: Int64 = 5
    /// How long a lock lasts, in milliseconds.
    public static let lockMilliseconds: Int64 = 15 * 60_000
    /// How long a session lasts, in milliseconds.
    public static let sessionMilliseconds: Int64 = 12 * 3_600_000

    private let readers: ReaderPool
    private let writer: Writer<AgencySession>

    public init(readers: ReaderPool, writer: Writer<AgencySession>) {
        self.readers = readers
        self.writer = writer
    }

    /// Opens a session; it blocks for the time of one scrypt.
    ///
    /// - Returns: the session as the bytes of a JSON object, with its token shown this once.
    /// - Throws: `Refusal` with `invalidCredentials`, `signInLocked` or `operatorNotAllowed`;
    ///   `SQLError`, `WriterError`, `CryptographyError`.
    public func open(_ request: SignInRequest, at instant: Instant) throws -> [UInt8] {
        let principal = try check(request, needsTerminal: true, at: instant)
        return try writer.perform { try $0.openSession(of: principal) }
    }

    /// Confirms that a second person is there and knows the own PIN; it blocks as `open` does.
    ///
    /// - Throws: `Refusal` with `invalidCredentials` or `signInLocked`.
    public func witness(
        staffCode: String, pin: String, at instant: Instant
    ) throws -> StaffWitness {
        do {
            return StaffWitness(
                try check(
                    SignInRequest(staffCode: staffCode, pin: pin, terminal: nil),
                    needsTerminal: false, at: instant))
        } catch let refusal as Refusal where refusal.code == .invalidCredentials {
            // The caller's own session is right: 401 would say otherwise.
            throw Refusal(
                .witnessNotConfirmed, "the witness or the witness's PIN is wrong; try again",
                zh: "监交人或其密码错误，请重新输入", field: "/witness_pin")
        }
    }

    /// - Throws: `Refusal` with `invalidCredentials` or `signInLocked`.
    private func check(
        _ request: SignInRequest, needsTerminal: Bool, at instant: Instant
    ) throws -> Principal {
        let (credential, terminal) = try readers.read { connection in
            let reader = StaffReader(connection)
            return (
                try reader.credential(request.staffCode),
                try request.terminal.flatMap { try reader.terminal($0.code) }
            )
        }
        if let credential, instant < credential.lockedUntil {
            throw Refusal(
                .signInLocked,
                "too many wrong PINs; wait \(Self.lockMilliseconds / 60_000) minutes or ask "
                    + "your supervisor",
                zh: "密码错误次数过多，请等待\(Self.lockMilliseconds / 60_000)分钟或联系主管")
        }
        // An unknown person costs the same time as a known one, so that codes cannot be probed.
        let hash = try PasswordHash(credential?.pinHash ?? Self.nobodysHash)
        let isPINRight = hash.verify(request.pin)
        let isTerminalRight =
            !needsTerminal
            || Self.isTerminalRight(request: request, terminal: terminal, credential: credential)
        guard let credential, isPINRight, isTerminalRight else {
            if let credential, !isPINRight { try recordFailure(credential.principal, at: instant) }
            throw Refusal(
                .invalidCredentials,
                "the person, the PIN or the terminal's secret is wrong; try again",
                zh: "工号、密码或终端密钥错误，请重试")
        }
        return credential.principal.at(terminal?.id)
    }

    private func recordFailure(_ principal: Principal, at instant: Instant) throws {
        let staff = principal.staff.number
        let lockedUntil = instant.adding(milliseconds: Self.lockMilliseconds)
        try writer.perform { session in
            _ = try session.connection.prepare(
                """
                UPDATE staff_member SET
                    locked_until = CASE WHEN failed_sign_ins + 1 >= $1 THEN $2 ELSE locked_until END,
                    failed_sign_ins = CASE WHEN failed_sign_ins + 1 >= $1 THEN 0
                        ELSE failed_sign_ins + 1 END
                WHERE staff_id = $3
                """
            ).run(
                .integer(Self.maximumFailures), .integer(lockedUntil.millisecondsSinceEpoch),
                .integer(staff))
        }
    }

    private static func isTerminalRight(
        request: SignInRequest,
        terminal: (id: ID<Terminal>, station: ID<Station>, secretDigest: String)?,
        credential: StaffReader.Credential?
    ) -> Bool {
        guard let given = request.terminal else {
            return credential?.principal.role != .operator
        }
        guard let terminal, let station = credential?.principal.station else { return false }
        let digest = SHA256.hash(given.secret).hex
        return terminal.station == station
            && constantTimeEquals([UInt8](digest.utf8), [UInt8](terminal.secretDigest.utf8))
    }

    // The hash of a random text that was thrown away, with the usual cost.
    private static let nobodysHash: String = {
        do {
            let secret = Hexadecimal.encode(try SecureRandom.bytes(16))
            return try PasswordHash.make(secret).text
        } catch {
            preconditionFailure("scrypt with the usual cost must work: \(error)")
        }
    }()
}

extension Principal {
    func at(_ terminal: ID<Terminal>?) -> Principal {
        Principal(
            staff: staff, staffCode: staffCode, role: role, station: station, terminal: terminal,
            centre: centre, partner: partner, village: village)
    }
}

extension AgencySession {
    func openSession(of principal: Principal) throws -> [UInt8] {
        // Others than operators hold no till; what they may do is checked with each command.
        if principal.role == .operator { try checkMayWork(principal) }
        let token = Hexadecimal.encode(try SecureRandom.bytes(32))
        let expiresAt = now.adding(milliseconds: SignIn.sessionMilliseconds)
        try connection.prepare(
            """
            INSERT INTO session (token_digest, staff_id, terminal_id, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5)
            """
        ).run(
            .text(SHA256.hash(token).hex), .integer(principal.staff.number),
            .integer(principal.terminal?.number), .integer(now.millisecondsSinceEpoch),
            .integer(expiresAt.millisecondsSinceEpoch))
        try connection.prepare(
            "UPDATE staff_member SET failed_sign_ins = 0 WHERE staff_id = $1 AND failed_sign_ins > 0"
        ).run(.integer(principal.staff.number))
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("token", token)
        writer.field("staff_id", principal.staffCode)
        writer.field("role", principal.role.rawValue)
        writer.field("expires_at", profile.zone.text(expiresAt))
        writer.endObject()
        return writer.bytes
    }

    /// Ends the session of a token.
    public func endSession(tokenDigest: String) throws {
        try connection.prepare("UPDATE session SET ended_at = $1 WHERE token_digest = $2")
            .run(.integer(now.millisecondsSinceEpoch), .text(tokenDigest))
    }
}
