import Ledger
import SQL

/// Why a list of pieces is no count; the first line at fault, counted from 0.
public enum CashCountError: Error, Equatable, Sendable {
    /// The currency has no such note or coin.
    case unknownDenomination(line: Int)
    /// An earlier line counts the same denomination.
    case repeatedDenomination(line: Int)
    /// Fewer than none, or more than a till could hold.
    case pieceCountOutOfRange(line: Int)
    /// The sum is above ``CashCount/maximumTotalFen``.
    case totalTooLarge
}

/// Cash as it was counted: how many pieces of each note and coin.
public struct CashCount: Sendable, Equatable {
    /// The most pieces of one denomination.
    public static let maximumPieces: Int64 = 1_000_000
    /// The largest sum of a count, in fen.
    public static let maximumTotalFen: Int64 = 10_000_000_000

    /// One denomination.
    public struct Line: Sendable, Equatable {
        /// The value of one piece, in fen.
        public let denominationFen: Int64
        public let pieceCount: Int64

        public init(denominationFen: Int64, pieceCount: Int64) {
            self.denominationFen = denominationFen
            self.pieceCount = pieceCount
        }
    }

    /// The denominations that were there, the largest first.
    public let lines: [Line]
    /// What all pieces are worth, in fen.
    public let totalFen: Int64

    /// Makes a count; an empty list is an empty till.
    ///
    /// - Throws: `CashCountError`, in the order of its cases for each line.
    public init(_ lines: [Line], in currency: Currency) throws(CashCountError) {
        let known = currency.denominationsFen
        var seen: Set<Int64> = []
        var total: Int64 = 0
        for (index, line) in lines.enumerated() {
            guard known.contains(line.denominationFen) else {
                throw .unknownDenomination(line: index)
            }
            guard seen.insert(line.denominationFen).inserted else {
                throw .repeatedDenomination(line: index)
            }
            guard (0...Self.maximumPieces).contains(line.pieceCount) else {
                throw .pieceCountOutOfRange(line: index)
            }
            let (value, isTooLarge) = line.denominationFen.multipliedReportingOverflow(
                by: line.pieceCount)
            let (sum, hasOverflow) = total.addingReportingOverflow(value)
            guard !isTooLarge, !hasOverflow, sum <= Self.maximumTotalFen else {
                throw .totalTooLarge
            }
            total = sum
        }
        self.lines = lines.filter { $0.pieceCount > 0 }
            .sorted { $0.denominationFen > $1.denominationFen }
        totalFen = total
    }

    /// The count as one text, whatever order it was told in; for fingerprints.
    var canonicalText: String {
        lines.map { "\($0.denominationFen)x\($0.pieceCount)" }.joined(separator: ",")
    }
}

/// Why cash was counted; the raw value stands in the database.
enum CountPurpose: String, CaseIterable, Sendable {
    case signOff = "sign_off"
    case forcedSignOff = "forced_sign_off"
    case handover
    /// The successor's own count.
    case handoverCheck = "handover_check"
    case transferSent = "transfer_sent"
    case transferReceived = "transfer_received"
}

/// A row of the counts.
public enum CashCountRow {}

extension AgencySession {
    /// Keeps a count for good.
    ///
    /// - Parameters:
    ///   - shift: whose till was counted; nothing for a centre's vault or a bank's slip.
    ///   - witness: who stood by.
    func keep(
        _ count: CashCount, for purpose: CountPurpose, shift: ID<Shift>?,
        by staff: ID<StaffMember>, witness: ID<StaffMember>? = nil
    ) throws -> ID<CashCountRow> {
        let number =
            try connection.prepare("SELECT ifnull(max(count_id), 0) + 1 FROM cash_count")
            .first { $0.integer(0) } ?? 1
        // Lines go first: the count's own row is checked against their sum.
        for line in count.lines {
            try connection.prepare(
                """
                INSERT INTO cash_count_line (count_id, denomination_fen, piece_count)
                VALUES ($1, $2, $3)
                """
            ).run(
                .integer(number), .integer(line.denominationFen), .integer(line.pieceCount))
        }
        try connection.prepare(
            """
            INSERT INTO cash_count (count_id, purpose, shift_id, counted_by, witness_id,
                counted_at, total_fen)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """
        ).run(
            .integer(number), .text(purpose.rawValue), .integer(shift?.number),
            .integer(staff.number), .integer(witness?.number),
            .integer(now.millisecondsSinceEpoch), .integer(count.totalFen))
        return ID(number)
    }
}
