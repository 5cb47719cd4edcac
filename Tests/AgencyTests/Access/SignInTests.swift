import CivilTime
import Cryptography
import Testing

@testable import Agency

@Suite struct SignInTests {
    private let pins: [String: String]
    private let secrets: [String: String]

    init() throws {
        let credentials = try TestNetwork.credentials()
        pins = Dictionary(
            uniqueKeysWithValues: credentials.userPINs.map { ($0.userID, $0.pin) })
        secrets = Dictionary(
            uniqueKeysWithValues: credentials.terminalSecrets.map {
                ($0.terminalID, $0.secretHex)
            })
    }

    private func open(
        _ test: TestBook, _ staff: String, pin: String? = nil, at terminal: String? = nil,
        secret: String? = nil
    ) throws -> Answer {
        let request = SignInRequest(
            staffCode: staff, pin: pin ?? pins[staff] ?? "000000",
            terminal: terminal.map { ($0, secret ?? secrets[$0] ?? "none") })
        return try Answer(
            SignIn(readers: test.book.readers, writer: test.book.writer)
                .open(request, at: test.clock.now))
    }

    @Test("an operator signs in at a terminal of the own station, others without one")
    func opened() throws {
        let test = try TestBook()
        let answer = try open(test, "OP000101", at: "S0001-T1")
        #expect(try answer.text("role") == "operator")
        #expect(try answer.text("expires_at") == "2026-11-20T21:00:00+08:00")
        let token = try answer.text("token")
        let session = try test.book.readers.read {
            try StaffReader($0).session(tokenDigest: SHA256.hash(token).hex)
        }
        #expect(try session?.principal == test.principal("OP000101", at: "S0001-T1"))
        #expect(try test.texts("SELECT token_digest FROM session") == [SHA256.hash(token).hex])
        #expect(try open(test, "SV-D01").text("role") == "supervisor")
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let what: String
        var staff = "OP000101"
        var pin: String?
        var terminal: String? = "S0001-T1"
        var secret: String?
        var preparing = ""
        var testDescription: String { what }
    }

    static let wrong = [
        Wrong(what: "the PIN is wrong", pin: "000000"),
        Wrong(what: "the PIN is empty", pin: ""),
        Wrong(what: "nobody has this code", staff: "OP999999"),
        Wrong(what: "the code is in lower case", staff: "op000101"),
        Wrong(what: "the terminal is of another station", terminal: "S0002-T1"),
        Wrong(what: "there is no such terminal", terminal: "S9999-T1"),
        Wrong(what: "the terminal's secret is wrong", secret: String(repeating: "0", count: 64)),
        Wrong(what: "the secret is another terminal's digest", secret: ""),
        Wrong(what: "an operator gives no terminal", terminal: nil),
        Wrong(what: "a supervisor gives a terminal", staff: "SV-T01"),
        Wrong(
            what: "the person is no longer active",
            preparing: "UPDATE staff_member SET is_active = 0"
        ),
    ]

    @Test("a wrong sign-in is refused without a hint of what was wrong", arguments: wrong)
    func refused(_ row: Wrong) throws {
        let test = try TestBook(preparing: row.preparing)
        do {
            _ = try open(
                test, row.staff, pin: row.pin, at: row.terminal, secret: row.secret)
            Issue.record("it was let in")
        } catch let refusal as Refusal {
            #expect(refusal.code == .invalidCredentials)
            #expect(
                refusal.detail
                    == "the person, the PIN or the terminal's secret is wrong; try again")
        }
        #expect(try test.count("session") == 0)
    }

    @Test("five wrong PINs lock a person out for a quarter of an hour") func lock() throws {
        let test = try TestBook()
        for _ in 1...5 {
            #expect(
                try refusalCode { _ = try open(test, "SV-T01", pin: "999999") }
                    == .invalidCredentials)
        }
        #expect(try refusalCode { _ = try open(test, "SV-T01") } == .signInLocked)
        test.clock.advance(milliseconds: 15 * 60_000 - 1)
        #expect(try refusalCode { _ = try open(test, "SV-T01") } == .signInLocked)
        #expect(try refusalCode { _ = try open(test, "SV-T02") } == nil)
        test.clock.advance(milliseconds: 1)
        #expect(try refusalCode { _ = try open(test, "SV-T01") } == nil)
    }

    @Test("a right PIN forgets the wrong ones before it") func resetByRightPIN() throws {
        let test = try TestBook()
        for _ in 1...2 {
            for _ in 1...4 {
                #expect(
                    try refusalCode { _ = try open(test, "SV-T01", pin: "999999") }
                        == .invalidCredentials)
            }
            #expect(try refusalCode { _ = try open(test, "SV-T01") } == nil)
        }
    }

    @Test("a session ends when it is ended, and with its person's employment") func ended() throws {
        let test = try TestBook()
        func isKnown(_ token: String) throws -> Bool {
            try test.book.readers.read {
                try StaffReader($0).session(tokenDigest: SHA256.hash(token).hex) != nil
            }
        }
        let first = try open(test, "SV-T01").text("token")
        let second = try open(test, "SV-T01").text("token")
        #expect(first != second)
        let digest = SHA256.hash(first).hex
        try test.perform { try $0.endSession(tokenDigest: digest) }
        #expect(try isKnown(first) == false)
        #expect(try isKnown(second))
        try test.execute("UPDATE staff_member SET is_active = 0 WHERE code = 'SV-T01'")
        #expect(try isKnown(second) == false)
    }
}
