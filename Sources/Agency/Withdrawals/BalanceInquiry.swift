import CivilTime
import Cryptography
import Ledger
import PartnerAPI
import SQL

/// A request to be told the balance of a card.
public struct BalanceInquiryRequest: Sendable {
    /// A withdrawal product of the card's bank.
    public let productCode: String
    /// Goes to the bank; the book keeps its last four digits and a keyed digest.
    public let cardNumber: String
    public let encryptedPINBlock: String

    public init(productCode: String, cardNumber: String, encryptedPINBlock: String) {
        self.productCode = productCode
        self.cardNumber = cardNumber
        self.encryptedPINBlock = encryptedPINBlock
    }

    /// The detail of an inquiry that carries the PIN for the bank.
    static let pinBlockDetail = "encrypted_pin_block"

    /// What the bank is asked.
    var inquiry: PartnerInquiry {
        PartnerInquiry(
            kind: .balance, product: productCode, account: cardNumber,
            details: [PartnerDetail(name: Self.pinBlockDetail, value: encryptedPINBlock)])
    }
}

/// An inquiry that waits for the bank's answer.
struct PendingInquiry: Sendable {
    let number: Int64
    let partner: Partner
}

/// A balance as the terminal is told it, once; the book never holds it.
public struct CardBalance: Sendable, Equatable {
    public let cardLastFour: String
    /// The card as receipts show it.
    public var cardReference: String { masked(lastFour: cardLastFour) }
    public let availableFen: Int64
    public let recordedAt: Instant
}

extension AgencySession {
    /// Records that a balance is asked for, before the bank is asked; each counts, however it ends.
    ///
    /// - Throws: `Refusal`, in order: `notSignedOn`, `unknownProduct`, `wrongProductKind`,
    ///   `noContract`, `inquiryLimitExceeded`.
    func startInquiry(
        _ request: BalanceInquiryRequest, by principal: Principal
    ) throws -> PendingInquiry {
        let shift = try shifts.shift(of: principal, connection)
        let product = try catalogue.product(request.productCode, .withdrawal)
        let date = try journal.currentDate()
        let contract = try catalogue.contract(for: product, on: date)
        let digest = digestOfCard(request.cardNumber, key: cardKey)
        let day = Int64(date.daysSinceEpoch)
        let before =
            try connection.prepare(
                "SELECT count(*) FROM card_inquiry WHERE business_date = $1 AND card_digest = $2"
            ).first(.integer(day), .text(digest)) { $0.integer(0) } ?? 0
        let maximumCount = contract.terms[.dailyInquiryCount]
        guard before < maximumCount else {
            throw Refusal(
                .inquiryLimitExceeded,
                "the card's balance may be asked for \(maximumCount) times a day; wait for tomorrow",
                zh: "该卡每日限查询余额 \(maximumCount) 次；请次日再查")
        }
        let number = try connection.prepare(
            """
            INSERT INTO card_inquiry (business_date, recorded_at, shift_id, product_id,
                card_digest, card_last_four, outcome)
            VALUES ($1, $2, $3, $4, $5, $6, 'asked') RETURNING inquiry_id
            """
        ).first(
            .integer(day), .integer(now.millisecondsSinceEpoch), .integer(shift.id.number),
            .integer(product.id.number), .text(digest),
            .text(String(request.cardNumber.suffix(4)))
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return PendingInquiry(number: number, partner: product.partner)
    }

    /// Records how an inquiry ended, without what the bank said; a second end changes nothing.
    ///
    /// - Returns: the time of the inquiry.
    func recordInquiry(_ number: Int64, _ answer: PartnerInquiryAnswer) throws -> Instant {
        let outcome =
            switch answer {
            case .balance: "answered"
            case .refused: "declined"
            case .bills, .offers, .unanswered: "unanswered"
            }
        try connection.prepare(
            "UPDATE card_inquiry SET outcome = $1 WHERE inquiry_id = $2 AND outcome = 'asked'"
        ).run(.text(outcome), .integer(number))
        return now
    }

    /// Ends the inquiries that a crash left: nobody was told anything.
    func endInquiriesLeft() throws {
        try connection.prepare(
            "UPDATE card_inquiry SET outcome = 'unanswered' WHERE outcome = 'asked'"
        ).run()
    }

    static func inquiryDeclined(_ reason: String) -> Refusal {
        Refusal(
            .inquiryDeclined, "the bank tells no balance: \(told(reason)); tell the customer so",
            zh: "银行未提供余额：\(toldInChinese(reason))；请告知客户")
    }

    static func noLine(to bank: Partner) -> Refusal {
        Refusal(
            .partnerUnavailable, "there is no line to \(bank.name); tell the centre",
            zh: "未接通\(bank.name)；请联系上级中心")
    }

    static let noBalanceTold = Refusal(
        .bankDidNotAnswer, "the bank did not answer; ask again later",
        zh: "银行无应答；请稍后再查")
}
