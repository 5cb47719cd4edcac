import CivilTime
import Cryptography
import Ledger
import Printing
import SQL
import StrictJSON

/// What closing a business date did.
public struct DayCloseSummary: Sendable, Equatable {
    public let closedDate: BusinessDate
    public let nextDate: BusinessDate
    public let entryCount: Int64
    /// The size and the root of the ledger's Merkle tree, which the seal fixes.
    public let treeSize: Int64
    public let treeRoot: String
    public let transactionCount: Int64

    /// Writes the summary as a JSON object.
    func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("closed_date", closedDate.description)
        writer.field("next_date", nextDate.description)
        writer.field("entry_count", entryCount)
        writer.field("transaction_count", transactionCount)
        writer.field("tree_size", treeSize)
        writer.field("tree_root", treeRoot)
        writer.endObject()
    }
}

/// SHA-256 over a day close's fields, for its idempotency key.
public func dayCloseFingerprint(_ date: BusinessDate) -> SHA256Digest {
    fingerprintOf("day_close", date.description, "", 0)
}

extension AgencySession {
    /// Closes the day once for each key; its answer is the summary as a JSON object.
    public func closeDay(_ date: BusinessDate, claim: IdempotencyClaim) throws -> CommandOutcome {
        try once(claim) {
            var writer = JSONWriter()
            try closeDay(date).encode(to: &writer)
            return writer.bytes
        }
    }

    /// Closes the open business date in one command and opens the next.
    ///
    /// It shares out the day's commission, keeps the day's revenue, assigns one settlement file
    /// to each partner and the date to its settlement cycle, and seals the date. The files themselves are written afterwards.
    /// Refusals, in order: `dateNotOpen`, `shiftsOpen`, `itemsPending`,
    /// `noSettlementKey`, `booksOutOfBalance`.
    public func closeDay(_ date: BusinessDate) throws -> DayCloseSummary {
        let open = try journal.currentDate()
        guard date == open else {
            throw Refusal(
                .dateNotOpen, "the open business date is \(open), not \(date)",
                zh: "当前营业日为 \(open)，不是 \(date)；请核对日期",
                field: "/business_date")
        }
        guard date <= profile.zone.date(at: now) else {
            throw Refusal(
                .dateNotOpen, "business date \(date) has not begun; the day before is closed",
                zh: "营业日 \(date) 尚未开始，前一日已日结",
                field: "/business_date")
        }
        try checkNothingIsOpen()
        let serials = try serialsOfDay(date)
        let revenue = try DayRevenue.reckon(connection, catalogue, serials: serials, on: date)
        try postShares(revenue)
        try keep(revenue, on: date)
        try assignSettlementFiles(on: date, serials: serials)
        try assignSettlementCycles(on: date)
        let sealed: SealedDate
        do {
            sealed = try journal.seal(date, at: now)
        } catch LedgerError.trialBalanceOff(let currency, let difference) {
            throw Refusal(
                .booksOutOfBalance,
                "the trial balance is off by \(difference) in \(currency.code); run verify",
                zh: "试算不平，\(currency.code) 相差 \(YuanText.plain(difference)) 元；请先核查账务（verify）")
        }
        let next = max(date.adding(days: 1), profile.zone.date(at: now))
        try journal.open(next, at: now)
        return DayCloseSummary(
            closedDate: date, nextDate: next, entryCount: sealed.entryCount,
            treeSize: sealed.treeSize, treeRoot: sealed.treeRoot,
            transactionCount: revenue.reduce(0) { $0 + $1.transactionCount })
    }

    private func checkNothingIsOpen() throws {
        let openTills = try connection.prepare(
            """
            SELECT t.code FROM shift h JOIN till t ON t.till_id = h.till_id
            WHERE h.state <> 'closed' ORDER BY t.code LIMIT 5
            """
        ).all { $0.text(0) }
        guard openTills.isEmpty else {
            throw Refusal(
                .shiftsOpen,
                "tills are still signed on: \(openTills.joined(separator: ", ")); sign them off",
                zh: "仍有尾箱未签退：\(openTills.joined(separator: "、"))；请先签退")
        }
        let pending = try connection.prepare(
            """
            SELECT serial FROM service_transaction
            WHERE final_date IS NULL AND (status = 'pending' OR status = 'authorised')
            ORDER BY +serial LIMIT 5
            """
        ).all { Receipt.serialText($0.integer(0)) }
        guard pending.isEmpty else {
            throw Refusal(
                .itemsPending,
                "transactions are unfinished: \(pending.joined(separator: ", ")); finish them first",
                zh: "仍有未完成的交易：\(pending.joined(separator: "、"))；请先处理完毕")
        }
    }

    /// The range of serial numbers that belong to the open date; empty when last < first.
    private func serialsOfDay(_ date: BusinessDate) throws -> (first: Int64, last: Int64) {
        let before =
            try connection.prepare("SELECT ifnull(max(last_serial), 0) FROM settlement_file")
            .first { $0.integer(0) } ?? 0
        let last =
            try connection.prepare("SELECT ifnull(max(serial), 0) FROM service_transaction")
            .first { $0.integer(0) } ?? 0
        return (before + 1, last)
    }

    /// One entry for each station that earned: its commission goes to those who share it.
    private func postShares(_ revenue: [DayRevenue]) throws {
        for (station, lines) in Dictionary(grouping: revenue, by: \.station)
            .sorted(by: { $0.key < $1.key })
        {
            let shares = lines.reduce(CommissionShares.zero) { $0 + $1.shares }
            guard shares != .zero else { continue }
            let accounts = try ShareAccounts.read(connection, station: station)
            // More may have been refunded than earned: then a share is taken back.
            let legs = [
                (accounts.sharedOut, shares.totalFen), (accounts.operators, -shares.operatorFen),
                (accounts.village, -shares.villageFen), (accounts.town, -shares.townFen),
                (accounts.district, -shares.districtFen),
            ]
            _ = try journal.post(
                NewEntry(
                    kind: .commissionShare, narrative: accounts.stationCode,
                    source: station.number,
                    postings: legs.compactMap { Posting($0, signedFen: $1) }),
                at: now)
        }
    }

    private func keep(_ revenue: [DayRevenue], on date: BusinessDate) throws {
        for line in revenue {
            try connection.prepare(
                """
                INSERT INTO day_revenue (business_date, station_id, product_id, staff_id,
                    transaction_count, amount_fen, fee_fen, commission_fen, operator_fen,
                    village_fen, town_fen, district_fen)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                """
            ).run(
                .integer(Int64(date.daysSinceEpoch)), .integer(line.station.number),
                .integer(line.product.number), .integer(line.staff.number),
                .integer(line.transactionCount),
                .integer(line.amountFen), .integer(line.feeFen), .integer(line.commissionFen),
                .integer(line.shares.operatorFen), .integer(line.shares.villageFen),
                .integer(line.shares.townFen), .integer(line.shares.districtFen))
        }
    }
}
