import Agency
import HTTPServer
import SQL
import StrictJSON

/// An error as RFC 9457 tells it: a stable type, a status, what is wrong and what to do.
struct Problem: Error {
    /// The prefix of every problem type.
    static let typePrefix = "urn:agencypos:problem:"
    /// How long a client that met a full queue should wait, in seconds.
    static let retryAfterSeconds = 1

    let code: String
    let status: Int
    let detail: String
    /// What is wrong and what to do, in Chinese.
    let chineseDetail: String
    var field: String?
    var headers: [(name: String, value: String)] = []

    /// A problem that is no refusal of a business rule.
    ///
    /// - Precondition: the status is one of the code's.
    init(
        _ code: ProblemCode, status: Int, detail: String, field: String? = nil,
        headers: [(name: String, value: String)] = []
    ) {
        precondition(code.statuses.contains(status), "\(code) does not come with \(status)")
        chineseDetail = code.chineseDetail
        self.code = code.rawValue
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = headers
    }

    /// The problem as a response.
    func response(requestID: String) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", Self.typePrefix + code)
        writer.field("title", title)
        writer.field("status", status)
        writer.field("detail", detail)
        writer.field("detail_zh", chineseDetail)
        writer.field("field", ifPresent: field)
        writer.field("request_id", requestID)
        writer.endObject()
        return HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/problem+json")] + headers,
            body: .bytes(writer.bytes))
    }

    /// The code in words: `bill-already-paid` is "Bill already paid".
    private var title: String {
        let words = code.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

extension Problem {
    /// What a caller is told of an error; nothing for one that is ours to look into.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as Refusal: self.init(refusal)
        case let error as JSONError:
            self.init(
                .invalidJSON, status: error.kind.isAboutText ? 400 : 422,
                detail: error.message, field: error.path.isEmpty ? nil : error.path)
        case QueryError.duplicate(let name):
            self.init(
                .invalidParameter, status: 400,
                detail: "query parameter \(name) comes twice; send it once", field: name)
        case let error as PathParameterError:
            self.init(error)
        case WriterError.batchRolledBack(let cause): self.init(cause)
        case let error as SQLError: self.init(error)
        case let error as WriterError: self.init(error)
        case _: return nil
        }
    }

    /// Of the database's errors a caller is told only of a full disk and a lock.
    private init?(_ error: SQLError) {
        if error.isStorageFull {
            self.init(
                .storageFull, status: 507,
                detail: "the server's disk is full and nothing was booked; call the centre")
        } else if error.isBusy {
            self.init(
                .busy, status: 503,
                detail: "another program holds the book; send the same request again in a moment",
                headers: [("Retry-After", String(Self.retryAfterSeconds))])
        } else {
            return nil
        }
    }

    private init(_ error: PathParameterError) {
        switch error {
        case .notAnInteger(let name):
            self.init(
                .invalidParameter, status: 404,
                detail: "path parameter \(name) must be a whole number", field: name)
        case .tooLong(let name, let maximum):
            self.init(
                .invalidParameter, status: 404,
                detail: "path parameter \(name) has more than \(maximum) characters", field: name)
        }
    }

    private init?(_ error: WriterError) {
        switch error {
        case .queueFull:
            self.init(
                .busy, status: 503,
                detail: "too many payments wait; send the same request again in a moment",
                headers: [("Retry-After", String(Self.retryAfterSeconds))])
        case .stopped:
            self.init(
                .shuttingDown, status: 503,
                detail: "the server is shutting down; send the same request again in a moment",
                headers: [("Retry-After", String(Self.retryAfterSeconds))])
        case .batchRolledBack: return nil
        }
    }

    init(_ refusal: Refusal) {
        code = refusal.code.rawValue
        status = refusal.code.status
        detail = refusal.detail
        chineseDetail = refusal.chineseDetail
        field = refusal.field
        if refusal.code == .signInLocked {
            headers = [("Retry-After", String(SignIn.lockMilliseconds / 1000))]
        }
        // RFC 9110, 15.5.2: every 401 names a scheme.
        if status == 401 { headers = [("WWW-Authenticate", "Bearer")] }
    }

    init(_ fault: HTTPFault) {
        let (code, detail) = Self.words(for: fault)
        self.init(code, status: fault.status, detail: detail)
        if case .methodNotAllowed(let allowed) = fault {
            headers = [("Allow", allowed.map(\.rawValue).joined(separator: ", "))]
        }
    }

    private static func words(for fault: HTTPFault) -> (code: ProblemCode, detail: String) {
        switch fault {
        case .badRequest(let reason): (.badRequest, reason)
        case .notFound: (.notFound, "there is nothing at this path; see /openapi.json")
        case .methodNotAllowed: (.methodNotAllowed, "this path does not take that method")
        case .bodyTooLarge(let limit): (.bodyTooLarge, "a body has at most \(limit) bytes")
        case .lengthRequired: (.lengthRequired, "send Content-Length")
        case .unsupportedTransferCoding:
            (.unsupportedTransferCoding, "the only transfer coding taken is chunked")
        case .uriTooLong(let limit): (.uriTooLong, "path and query have at most \(limit) bytes")
        case .headerFieldsTooLarge(let limit):
            (.headersTooLarge, "the header fields have at most \(limit) bytes")
        case .expectationFailed: (.expectationFailed, "the only expectation is 100-continue")
        case .versionNotSupported: (.versionNotSupported, "use HTTP/1.1")
        case .requestTimeout: (.requestTimeout, "the request took too long to arrive")
        case .unanswered, .unusableResponse:
            (.internal, "the server failed; tell the centre the request_id")
        case .shuttingDown: (.shuttingDown, "the server is shutting down; try again")
        }
    }
}

extension JSONError.Kind {
    /// Whether the text itself is broken, and not what it says.
    fileprivate var isAboutText: Bool {
        switch self {
        case .missingName, .unknownName, .wrongType, .lengthOutOfRange, .forbiddenCharacter,
            .valueOutOfRange, .valueNotAllowed, .tooManyItems:
            false
        case .empty, .tooLong, .byteOrderMark, .trailingBytes, .unexpectedByte, .unexpectedEnd,
            .trailingComma, .tooDeep, .tooManyMembers, .tooManyElements, .duplicateName,
            .stringTooLong, .invalidUTF8, .controlCharacter, .invalidEscape, .loneSurrogate,
            .fraction, .exponent, .negativeZero, .leadingZero, .integerOutOfRange:
            true
        }
    }
}

extension RefusalCode {
    /// The HTTP status that a refusal is answered with.
    var status: Int {
        switch self {
        case .invalidCredentials:
            401
        case .notPermitted,
            .operatorNotAllowed,
            .authorisationRefused,
            .batchSignatureWrong,
            .ownRecord,
            .samePerson:
            403
        case .unknownTill,
            .unknownShift,
            .unknownProduct,
            .unknownBill,
            .unknownQuote,
            .unknownTrip,
            .unknownReservation,
            .unknownWithdrawal,
            .unknownReceipt,
            .unknownSettlementFile,
            .unknownStaff,
            .unknownDifference,
            .unknownTransfer,
            .noHandover,
            .unknownTicket,
            .unknownStockItem,
            .unknownStockPack,
            .unknownStockPlace,
            .unknownStockSale,
            .unknownPartnerCall:
            404
        case .idempotencyKeyRunning,
            .notSignedOn,
            .alreadySignedOn,
            .tillTaken,
            .shiftHasPendingItems,
            .noContract,
            .billAlreadyPaid,
            .quoteExpired,
            .soldOut,
            .reservationExpired,
            .reservationAlreadyIssued,
            .tillShortOfCash,
            .withdrawalNotAuthorised,
            .dateNotOpen,
            .shiftsOpen,
            .itemsPending,
            .noSettlementKey,
            .booksOutOfBalance,
            .receiptNotPosted,
            .alreadyCorrected,
            .voidTooLate,
            .refundTooEarly,
            .voidNeedsPartner,
            .terminalNumberReused,
            .staffNotActive,
            .staffActive,
            .shiftSuspended,
            .shiftNotSuspended,
            .handoverOffered,
            .differenceDisputed,
            .differenceNotDisputed,
            .differenceSettled,
            .tillNotHeld,
            .transferNotOffered,
            .transferNotDisputed,
            .tillCeilingReached,
            .returnNotDue,
            .ticketNotIssued,
            .departed,
            .notRefundable,
            .notChangeable,
            .stockSerialTaken,
            .stockRangeOverlaps,
            .stockPackState,
            .stockPackFrozen,
            .stockPackAlreadyOpen,
            .noOpenStockPack,
            .stockPackTooSmall,
            .stockNotReturnable,
            .prizeAlreadyPaid,
            .prizeTicketNotSold,
            .billWithdrawn,
            .billerClosed,
            .periodAlreadyPaid,
            .paymentUnconfirmed:
            409
        case .idempotencyKeyReused,
            .wrongProductKind,
            .feeNotInTariff,
            .amountNotAllowed,
            .amountMismatch,
            .travelDateNotOnSale,
            .identityNotChecked,
            .cardLimitExceeded,
            .withdrawalDeclined,
            .notCorrectable,
            .tenderTooSmall,
            .notSafeOffline,
            .terminalItemInvalid,
            .witnessNotConfirmed,
            .witnessNotAllowed,
            .handoverCountDiffers,
            .successorNotAllowed,
            .resolutionNotAllowed,
            .transferNotAllowed,
            .limitNotAllowed,
            .cardCountExceeded,
            .cardMonthLimitExceeded,
            .agentNotAllowed,
            .inquiryLimitExceeded,
            .inquiryDeclined,
            .payerLimitExceeded,
            .transferLimitExceeded,
            .sameAccount,
            .fareClassNotSold,
            .sellAlone,
            .stockSerialInvalid,
            .stockRangeNotAllowed,
            .stockCountMismatch,
            .stockNotResolved,
            .prizeNotWon,
            .prizeAboveCeiling,
            .periodRequired,
            .partnerRefused:
            422
        case .signInLocked:
            429
        case .ticketsNotIssued:
            502
        case .partnerUnavailable:
            503
        case .bankDidNotAnswer,
            .prizeNotValidated:
            504
        }
    }
}
