import Agency
import CivilTime
import Cryptography
import HTTPServer
import StrictJSON

/// A request whose caller is known and permitted, on its way to a capability.
struct Call: Sendable {
    /// The most bytes of a text parameter.
    static let maximumParameterLength = 64
    /// How many items a page has unless the caller asks otherwise.
    static let usualPageSize = 50
    /// The most items of a page.
    static let maximumPageSize = 200

    let request: HTTPRequest
    let parameters: PathParameters
    let principal: Principal
    let responder: Responder

    /// The header in which a terminal numbers its requests, in lower case.
    static let terminalNumberHeader = "x-terminal-sequence"

    /// The body as a JSON object, read strictly.
    func body(limits: JSONLimits = .request) throws -> JSONObjectDecoder {
        try JSONObjectDecoder(StrictJSONParser.parse(request.body, limits: limits))
    }

    /// The claim that the `Idempotency-Key` header makes on a request.
    ///
    /// - Throws: `Problem` when the header is missing or not a key.
    func claim(_ fingerprint: SHA256Digest) throws -> IdempotencyClaim {
        guard let key = request.header("idempotency-key") else {
            throw Problem(
                .idempotencyKeyMissing, status: 400,
                detail: "send an Idempotency-Key header, and the same one when you send again")
        }
        guard
            var claim = IdempotencyClaim(
                key: key, credential: principal.credential, fingerprint: fingerprint)
        else {
            throw Problem(
                .idempotencyKeyInvalid, status: 400,
                detail: "an Idempotency-Key has \(IdempotencyClaim.keyLengths.lowerBound) to "
                    + "\(IdempotencyClaim.keyLengths.upperBound) characters of A-Z a-z 0-9 . _ : -"
            )
        }
        claim.terminalNumber = try terminalNumber()
        return claim
    }

    /// The number that the terminal gave the request, if it sent one.
    private func terminalNumber() throws -> TerminalNumber? {
        guard let text = request.header(Self.terminalNumberHeader) else { return nil }
        guard principal.terminal != nil, let value = Int64(text), String(value) == text,
            let number = TerminalNumber(value)
        else {
            throw Problem(
                .invalidParameter, status: 400,
                detail: "X-Terminal-Sequence is a terminal's number, 1 or more, without leading "
                    + "zeros; leave it out where there is no terminal",
                field: "X-Terminal-Sequence")
        }
        return number
    }

    /// Checks that the query has no other parameters than these.
    func allowQuery(_ names: String...) throws {
        for name in request.queryNames where !names.contains(name) {
            throw Problem(
                .invalidParameter, status: 400,
                detail: "query parameter \(name.prefix(Self.maximumParameterLength)) is not known "
                    + "here; remove it",
                field: String(name.prefix(Self.maximumParameterLength)))
        }
    }

    /// A text parameter of the query, or nothing.
    func query(_ name: String) throws -> String? {
        guard let value = try request.query(name) else { return nil }
        guard (1...Self.maximumParameterLength).contains(value.utf8.count) else {
            throw invalid(name, "has 1 to \(Self.maximumParameterLength) bytes")
        }
        return value
    }

    /// A text parameter that must be there.
    func requiredQuery(_ name: String) throws -> String {
        guard let value = try query(name) else { throw invalid(name, "is missing; send it") }
        return value
    }

    /// A date parameter of the query, or nothing.
    func queryDate(_ name: String) throws -> BusinessDate? {
        guard let text = try query(name) else { return nil }
        guard let date = BusinessDate(text) else {
            throw invalid(name, "must be a date, YYYY-MM-DD")
        }
        return date
    }

    /// Where the page starts and how long it is.
    ///
    /// - Parameter maximum: the most items that the capability hands out at once.
    func page(
        upTo maximum: Int = Call.maximumPageSize
    ) throws -> (cursor: Int64, limit: Int) {
        var cursor: Int64 = 0
        if let text = try query("cursor") {
            guard let number = Int64(text), number >= 0 else {
                throw invalid("cursor", "must be a next_cursor of an earlier page")
            }
            cursor = number
        }
        var limit = Self.usualPageSize
        if let text = try query("limit") {
            guard let number = Int(text), (1...maximum).contains(number) else {
                throw invalid("limit", "must be 1 to \(maximum)")
            }
            limit = number
        }
        return (cursor, limit)
    }

    func invalid(_ name: String, _ problem: String) -> Problem {
        Problem(
            .invalidParameter, status: 400, detail: "query parameter \(name) \(problem)",
            field: name)
    }
}

extension JSONObjectDecoder {
    /// The largest amount of a request, in fen; products set lower ones.
    static let maximumAmountFen: Int64 = 10_000_000_000

    /// Takes an amount of money, 1 fen or more.
    mutating func amountFen(_ name: String = "amount_fen") throws(JSONError) -> Int64 {
        try integer(name, in: 1...Self.maximumAmountFen)
    }

    /// Takes a number that the API shows as text, such as a quote's.
    mutating func number(_ name: String) throws(JSONError) -> Int64 {
        let text = try string(name, lengthIn: 1...19)
        guard let number = Int64(text), number > 0, String(number) == text else {
            throw refusal(of: name, .valueNotAllowed, "this is not such a number; copy it as it is")
        }
        return number
    }

    /// Takes a date, `YYYY-MM-DD`.
    mutating func date(_ name: String) throws(JSONError) -> BusinessDate {
        guard let date = BusinessDate(try string(name, lengthIn: 10...10)) else {
            throw refusal(of: name, .valueNotAllowed, "this is not a date, YYYY-MM-DD")
        }
        return date
    }
}

extension Call {
    /// - Throws: `Problem` when a body came.
    func takesNoBody() throws {
        guard request.body.isEmpty else {
            throw Problem(.invalidJSON, status: 422, detail: "this request takes no body")
        }
    }
}
