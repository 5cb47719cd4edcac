import CivilTime
import Ledger
import SQL
import StrictJSON

/// An order to move the net of a cycle: to the partner, or a request that the partner pays.
///
///     proposed ──▶ approved ──▶ confirmed    another person sent it; the bank booked it
///     approved ──▶ recalled                  the bank did not book it, or it was never sent
///     proposed ──▶ declined                  it never counted
///
/// After one that was declined or recalled the cycle may get another one, of the same reference.
public struct SettlementInstruction: Sendable, Equatable {
    public enum State: String, CaseIterable, Sendable {
        case proposed, approved, declined, recalled, confirmed
    }

    public let id: ID<SettlementInstruction>
    public let cycle: ID<SettlementCycle>
    /// What the transfer names; it fits the 35 characters of ISO 20022's EndToEndId.
    public let reference: String
    public let direction: MoneyDirection
    public let amountFen: Int64
    public let centre: ID<Centre>
    public let ownBank: CentreBank?
    public let partnerName: String
    public let partnerBank: PartnerBank?
    public let state: State
    public let proposedBy: ID<StaffMember>
    public let proposedByCode: String
    public let proposedAt: Instant
    public let decidedByCode: String?
    public let decidedAt: Instant?
    public let reason: String
    public let recalledByCode: String?
    public let recalledAt: Instant?
    public let recallReason: String?
    public let confirmedAt: Instant?
    /// The bank's own number of the entry that confirmed it; empty where the bank gave none.
    public let bankReference: String?
    /// The date under which the bank booked it.
    public let bankBookingDate: BusinessDate?

    /// The reference of a partner's cycle.
    ///
    /// A partner's code has no dot, so that the two forms never meet.
    static func reference(partnerCode: String, partner: ID<Partner>, number: Int64) -> String {
        var digits: [UInt8] = []
        appendDigits(Int(number), 6, to: &digits)
        let tail = String(decoding: digits, as: UTF8.self)
        let usual = "APS-\(partnerCode)-\(tail)"
        return usual.utf8.count <= StatementLimits.referenceCharacters.upperBound
            ? usual : "APS.\(partner.number).\(tail)"
    }

    func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("reference", reference)
        writer.field("direction", direction.rawValue)
        writer.field("amount_fen", amountFen)
        writer.field("partner_name", partnerName)
        writer.field("bank_name", orNull: partnerBank?.name)
        writer.field("bank_account", orNull: partnerBank?.account)
        writer.field("account_name", orNull: partnerBank?.holder)
        writer.field("own_bank_name", orNull: ownBank?.name)
        writer.field("own_bank_account", orNull: ownBank?.account)
        writer.field("state", state.rawValue)
        writer.field("proposed_by", proposedByCode)
        writer.field("proposed_at", zone.text(proposedAt))
        writer.field("decided_by", orNull: decidedByCode)
        writer.field("decided_at", orNull: decidedAt.map { zone.text($0) })
        writer.field("reason", reason)
        writer.field("recalled_by", orNull: recalledByCode)
        writer.field("recalled_at", orNull: recalledAt.map { zone.text($0) })
        writer.field("recall_reason", orNull: recallReason)
        writer.field("confirmed_at", orNull: confirmedAt.map { zone.text($0) })
        writer.field("bank_reference", orNull: bankReference)
        writer.field("bank_booking_date", orNull: bankBookingDate?.description)
        writer.endObject()
    }
}

/// What a connection can read of the settlement instructions.
public struct SettlementInstructionReader {
    private static let columns = """
        SELECT i.instruction_id, i.cycle_id, i.reference, i.direction, i.amount_fen, i.centre_id,
            o.bank_name, o.bank_account, p.name, i.bank_name, i.bank_account, i.account_name,
            i.state, i.proposed_by, a.code, i.proposed_at, b.code, i.decided_at, i.reason,
            r.code, i.recalled_at, i.recall_reason, i.confirmed_at, e.bank_reference,
            e.booking_date
        FROM settlement_instruction i
        JOIN settlement_cycle c ON c.cycle_id = i.cycle_id
        JOIN partner p ON p.partner_id = c.partner_id
        JOIN centre o ON o.centre_id = i.centre_id
        JOIN staff_member a ON a.staff_id = i.proposed_by
        LEFT JOIN staff_member b ON b.staff_id = i.decided_by
        LEFT JOIN staff_member r ON r.staff_id = i.recalled_by
        LEFT JOIN bank_statement_entry e ON e.instruction_id = i.instruction_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The newest instruction of a cycle, or nothing.
    public func newest(of cycle: ID<SettlementCycle>) throws -> SettlementInstruction? {
        try connection.prepare(
            computed: Self.columns + " WHERE i.cycle_id = $1 ORDER BY i.instruction_id DESC LIMIT 1"
        ).first(.integer(cycle.number), read: SettlementInstruction.init(row:))
    }

    func instruction(_ id: ID<SettlementInstruction>) throws -> SettlementInstruction? {
        try connection.prepare(computed: Self.columns + " WHERE i.instruction_id = $1")
            .first(.integer(id.number), read: SettlementInstruction.init(row:))
    }

    /// The instruction that counts of a reference, else the last that was recalled.
    func instruction(reference: String) throws -> SettlementInstruction? {
        try connection.prepare(
            computed: Self.columns + """

                WHERE i.reference = $1 AND i.state <> 'declined'
                ORDER BY i.state = 'recalled', i.instruction_id DESC LIMIT 1
                """
        ).first(.text(reference), read: SettlementInstruction.init(row:))
    }
}

extension SettlementInstruction {
    fileprivate init(row: Row) throws {
        guard let direction = MoneyDirection(rawValue: row.text(3)) else {
            throw row.damage(3, expected: "a direction")
        }
        guard let state = State(rawValue: row.text(12)) else {
            throw row.damage(12, expected: "an instruction's state")
        }
        self.init(
            id: ID(row.integer(0)), cycle: ID(row.integer(1)), reference: row.text(2),
            direction: direction, amountFen: row.integer(4), centre: ID(row.integer(5)),
            ownBank: row.isNull(6) ? nil : CentreBank(name: row.text(6), account: row.text(7)),
            partnerName: row.text(8),
            partnerBank: row.isNull(9)
                ? nil
                : PartnerBank(name: row.text(9), account: row.text(10), holder: row.text(11)),
            state: state, proposedBy: ID(row.integer(13)), proposedByCode: row.text(14),
            proposedAt: Instant(millisecondsSinceEpoch: row.integer(15)),
            decidedByCode: row.optionalText(16),
            decidedAt: row.optionalInteger(17).map { Instant(millisecondsSinceEpoch: $0) },
            reason: row.text(18),
            recalledByCode: row.optionalText(19),
            recalledAt: row.optionalInteger(20).map { Instant(millisecondsSinceEpoch: $0) },
            recallReason: row.optionalText(21),
            confirmedAt: row.optionalInteger(22).map { Instant(millisecondsSinceEpoch: $0) },
            bankReference: row.optionalText(23),
            bankBookingDate: row.isNull(24) ? nil : row.businessDate(24))
    }
}
