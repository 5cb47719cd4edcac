import CivilTime
import Ledger
import Printing
import SQL

/// What a card may still draw: counted over all stations, where one command runs at a time.
extension AgencySession {
    /// The calendar month of a business date as a number, 202611 for November 2026.
    static func month(of date: BusinessDate) -> Int64 {
        let parts = date.parts
        return Int64(parts.year * 100 + parts.month)
    }

    /// Whether a withdrawal is one of the month's free ones of a subsidy.
    ///
    /// Contracts without that term charge withdrawals nothing anyway; see the catalogue's checks.
    func isFree(card digest: String, contract: Contract, on date: BusinessDate) throws -> Bool {
        guard let freeCount = contract.terms.values[.freeWithdrawalsPerMonth] else { return false }
        let used =
            try connection.prepare(
                "SELECT free_count FROM card_month WHERE month = $1 AND card_digest = $2"
            ).first(.integer(Self.month(of: date)), .text(digest)) { $0.integer(0) } ?? 0
        return used < freeCount
    }

    /// Takes a withdrawal's amount, and one of the free ones, off what the card may still draw.
    ///
    /// - Throws: `Refusal` with `cardLimitExceeded`, `cardCountExceeded` or
    ///   `cardMonthLimitExceeded`.
    func takeAllowance(
        _ amountFen: Int64, card digest: String, isFree: Bool, contract: Contract,
        on date: BusinessDate
    ) throws {
        try takeDayAllowance(amountFen, card: digest, terms: contract.terms, on: date)
        let withdrawn = try connection.prepare(
            """
            INSERT INTO card_month (month, card_digest, withdrawn_fen, free_count)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (month, card_digest) DO UPDATE SET
                withdrawn_fen = card_month.withdrawn_fen + excluded.withdrawn_fen,
                free_count = card_month.free_count + excluded.free_count
            RETURNING withdrawn_fen
            """
        ).first(
            .integer(Self.month(of: date)), .text(digest), .integer(amountFen),
            .integer(isFree ? 1 : 0)
        ) { $0.integer(0) }
        let limitFen = contract.terms[.monthlyCardLimitFen]
        guard let withdrawn, withdrawn <= limitFen else {
            throw Refusal(
                .cardMonthLimitExceeded,
                "the card may withdraw \(limitFen) fen a month over all stations; "
                    + "pay out no cash, and enter less or wait for the next month",
                zh: "该卡每月在各网点累计限取 \(YuanText.plain(limitFen)) 元；请勿付款，可减少金额或下月再取",
                field: "/amount_fen")
        }
    }

    private func takeDayAllowance(
        _ amountFen: Int64, card digest: String, terms: Terms, on date: BusinessDate
    ) throws {
        let used = try connection.prepare(
            """
            INSERT INTO card_day (business_date, card_digest, withdrawn_fen, withdrawal_count)
            VALUES ($1, $2, $3, 1)
            ON CONFLICT (business_date, card_digest) DO UPDATE SET
                withdrawn_fen = card_day.withdrawn_fen + excluded.withdrawn_fen,
                withdrawal_count = card_day.withdrawal_count + 1
            RETURNING withdrawn_fen, withdrawal_count
            """
        ).first(.integer(Int64(date.daysSinceEpoch)), .text(digest), .integer(amountFen)) {
            (fen: $0.integer(0), count: $0.integer(1))
        }
        let limitFen = terms[.dailyCardLimitFen]
        guard let used, used.fen <= limitFen else {
            throw Refusal(
                .cardLimitExceeded,
                "the card may withdraw \(limitFen) fen a day over all stations; "
                    + "pay out no cash, and enter less or wait for tomorrow",
                zh: "该卡每日在各网点累计限取 \(YuanText.plain(limitFen)) 元；请勿付款，可减少金额或次日再取",
                field: "/amount_fen")
        }
        let maximumCount = terms[.dailyCardCount]
        guard used.count <= maximumCount else {
            throw Refusal(
                .cardCountExceeded,
                "the card may withdraw \(maximumCount) times a day over all stations; "
                    + "pay out no cash, and wait for tomorrow",
                zh: "该卡每日在各网点限取 \(maximumCount) 笔；请勿付款，次日再取")
        }
    }

    /// Gives back what a withdrawal that came to nothing had taken, on its own date and month.
    func restoreAllowance(of withdrawal: WithdrawalRow) throws {
        try connection.prepare(
            """
            UPDATE card_day SET withdrawn_fen = withdrawn_fen - $1,
                withdrawal_count = withdrawal_count - 1
            WHERE business_date = $2 AND card_digest = $3
            """
        ).run(
            .integer(withdrawal.amountFen),
            .integer(Int64(withdrawal.businessDate.daysSinceEpoch)),
            .text(withdrawal.cardDigest))
        try connection.prepare(
            """
            UPDATE card_month SET withdrawn_fen = withdrawn_fen - $1, free_count = free_count - $2
            WHERE month = $3 AND card_digest = $4
            """
        ).run(
            .integer(withdrawal.amountFen), .integer(withdrawal.isFree ? 1 : 0),
            .integer(Self.month(of: withdrawal.businessDate)), .text(withdrawal.cardDigest))
    }
}
