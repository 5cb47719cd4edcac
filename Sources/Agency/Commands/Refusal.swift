/// A business rule's no: nothing was changed, and the same request gets the same answer.
public struct Refusal: Error, Equatable, Sendable {
    /// Which rule refused.
    public let code: RefusalCode
    /// What was wrong and what to do, in English; without personal data or secrets.
    public let detail: String
    /// The same in Chinese.
    public let chineseDetail: String
    /// The request's field, as a JSON pointer, where one field is to blame.
    public let field: String?

    public init(
        _ code: RefusalCode, _ detail: String, zh chineseDetail: String, field: String? = nil
    ) {
        self.code = code
        self.detail = detail
        self.chineseDetail = chineseDetail
        self.field = field
    }
}

/// The rules that refuse; the raw value is the stable problem type of the API.
public enum RefusalCode: String, CaseIterable, Sendable {
    // Access
    case invalidCredentials = "invalid-credentials"
    case signInLocked = "sign-in-locked"
    case notPermitted = "not-permitted"
    case operatorNotAllowed = "operator-not-allowed"
    case unknownStaff = "unknown-staff"
    case staffNotActive = "staff-not-active"
    case staffActive = "staff-active"
    case ownRecord = "own-record"
    case witnessNotConfirmed = "witness-not-confirmed"
    case witnessNotAllowed = "witness-not-allowed"
    // Commands
    case idempotencyKeyReused = "idempotency-key-reused"
    case idempotencyKeyRunning = "idempotency-key-running"
    // Counter
    case notSignedOn = "not-signed-on"
    case alreadySignedOn = "already-signed-on"
    case unknownTill = "unknown-till"
    case tillTaken = "till-taken"
    case unknownShift = "unknown-shift"
    case shiftHasPendingItems = "shift-has-pending-items"
    case shiftSuspended = "shift-suspended"
    case shiftNotSuspended = "shift-not-suspended"
    case handoverOffered = "handover-offered"
    case noHandover = "no-handover"
    case handoverCountDiffers = "handover-count-differs"
    case successorNotAllowed = "successor-not-allowed"
    case unknownDifference = "unknown-difference"
    case differenceDisputed = "difference-disputed"
    case differenceNotDisputed = "difference-not-disputed"
    case differenceSettled = "difference-settled"
    case resolutionNotAllowed = "resolution-not-allowed"
    case samePerson = "same-person"
    case tillNotHeld = "till-not-held"
    // Cash
    case unknownTransfer = "unknown-transfer"
    case transferNotAllowed = "transfer-not-allowed"
    case transferNotOffered = "transfer-not-offered"
    case transferNotDisputed = "transfer-not-disputed"
    case tillCeilingReached = "till-ceiling-reached"
    case limitNotAllowed = "limit-not-allowed"
    // Catalogue
    case unknownProduct = "unknown-product"
    case wrongProductKind = "wrong-product-kind"
    case noContract = "no-contract"
    case feeNotInTariff = "fee-not-in-tariff"
    case amountNotAllowed = "amount-not-allowed"
    // Bills
    case unknownBill = "unknown-bill"
    case billAlreadyPaid = "bill-already-paid"
    case unknownQuote = "unknown-quote"
    case quoteExpired = "quote-expired"
    case amountMismatch = "amount-mismatch"
    case billWithdrawn = "bill-withdrawn"
    case billerClosed = "biller-closed"
    case periodRequired = "period-required"
    case periodAlreadyPaid = "period-already-paid"
    // Partner gateways
    case paymentUnconfirmed = "payment-unconfirmed"
    case partnerRefused = "partner-refused"
    case partnerUnavailable = "partner-unavailable"
    case unknownPartnerCall = "unknown-partner-call"
    // Tickets
    case unknownTrip = "unknown-trip"
    case travelDateNotOnSale = "travel-date-not-on-sale"
    case soldOut = "sold-out"
    case unknownReservation = "unknown-reservation"
    case reservationExpired = "reservation-expired"
    case reservationAlreadyIssued = "reservation-already-issued"
    case fareClassNotSold = "fare-class-not-sold"
    case unknownTicket = "unknown-ticket"
    case ticketNotIssued = "ticket-not-issued"
    case ticketNotValidNow = "ticket-not-valid-now"
    case departed
    case notRefundable = "not-refundable"
    case notChangeable = "not-changeable"
    case sellAlone = "sell-alone"
    case ticketsNotIssued = "tickets-not-issued"
    case refundUnconfirmed = "refund-unconfirmed"
    case passengerAlreadyBooked = "passenger-already-booked"
    // Withdrawals
    case identityNotChecked = "identity-not-checked"
    case cardLimitExceeded = "card-limit-exceeded"
    case cardCountExceeded = "card-count-exceeded"
    case cardMonthLimitExceeded = "card-month-limit-exceeded"
    case agentNotAllowed = "agent-not-allowed"
    case tillShortOfCash = "till-short-of-cash"
    case withdrawalDeclined = "withdrawal-declined"
    case bankDidNotAnswer = "bank-did-not-answer"
    case unknownWithdrawal = "unknown-withdrawal"
    case withdrawalNotAuthorised = "withdrawal-not-authorised"
    // Inquiries, remittances and transfers
    case inquiryLimitExceeded = "inquiry-limit-exceeded"
    case inquiryDeclined = "inquiry-declined"
    case payerLimitExceeded = "payer-limit-exceeded"
    case transferLimitExceeded = "transfer-limit-exceeded"
    case sameAccount = "same-account"
    case returnNotDue = "return-not-due"
    // Voids and refunds
    case notCorrectable = "not-correctable"
    case alreadyCorrected = "already-corrected"
    case voidTooLate = "void-too-late"
    case refundTooEarly = "refund-too-early"
    case voidNeedsPartner = "void-needs-partner"
    case authorisationRefused = "authorisation-refused"
    // Baskets
    case tenderTooSmall = "tender-too-small"
    // Terminals
    case terminalNumberReused = "terminal-number-reused"
    case batchSignatureWrong = "batch-signature-wrong"
    case notSafeOffline = "not-safe-offline"
    case terminalItemInvalid = "terminal-item-invalid"
    // Stock
    case unknownStockItem = "unknown-stock-item"
    case unknownStockPack = "unknown-stock-pack"
    case unknownStockPlace = "unknown-stock-place"
    case unknownStockSale = "unknown-stock-sale"
    case stockSerialInvalid = "stock-serial-invalid"
    case stockSerialTaken = "stock-serial-taken"
    case stockRangeNotAllowed = "stock-range-not-allowed"
    case stockRangeOverlaps = "stock-range-overlaps"
    case stockPackState = "stock-pack-state"
    case stockPackFrozen = "stock-pack-frozen"
    case stockPackAlreadyOpen = "stock-pack-already-open"
    case noOpenStockPack = "no-open-stock-pack"
    case stockPackTooSmall = "stock-pack-too-small"
    case stockCountMismatch = "stock-count-mismatch"
    case stockNotResolved = "stock-not-resolved"
    case stockNotReturnable = "stock-not-returnable"
    case prizeNotWon = "prize-not-won"
    case prizeAlreadyPaid = "prize-already-paid"
    case prizeAboveCeiling = "prize-above-ceiling"
    case prizeTicketNotSold = "prize-ticket-not-sold"
    // Records
    case unknownReceipt = "unknown-receipt"
    case receiptNotPosted = "receipt-not-posted"
    case unknownSettlementFile = "unknown-settlement-file"
    case unknownAcknowledgement = "unknown-acknowledgement"
    case acknowledgementMismatch = "acknowledgement-mismatch"
    case partnerFileRefused = "partner-file-refused"
    // Day close
    case dateNotOpen = "date-not-open"
    case shiftsOpen = "shifts-open"
    case itemsPending = "items-pending"
    case noSettlementKey = "no-settlement-key"
    case unknownPartner = "unknown-partner"
    case unknownSettlementKey = "unknown-settlement-key"
    case settlementKeyRetired = "settlement-key-retired"
    case keyNotUsable = "key-not-usable"
    case unknownException = "unknown-exception"
    case exceptionResolved = "exception-resolved"
    case unknownResolution = "unknown-resolution"
    case resolutionDecided = "resolution-decided"
    case proposalPending = "proposal-pending"
    case writeOffLimitExceeded = "write-off-limit-exceeded"
    case booksOutOfBalance = "books-out-of-balance"
    // Settlement of money
    case unknownSettlementCycle = "unknown-settlement-cycle"
    case settlementCycleState = "settlement-cycle-state"
    case noInstruction = "no-instruction"
    case bankDetailsMissing = "bank-details-missing"
    case unknownBankAccount = "unknown-bank-account"
    case bankStatementInvalid = "bank-statement-invalid"
    case bankStatementChanged = "bank-statement-changed"
    case unknownStatementEntry = "unknown-statement-entry"
    case statementEntryState = "statement-entry-state"
    case statementEntryDiffers = "statement-entry-differs"
    case depositShort = "deposit-short"
}
