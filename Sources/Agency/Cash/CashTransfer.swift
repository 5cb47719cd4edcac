import Cryptography
import Ledger
import SQL

/// A request to send cash.
public struct CashTransferRequest: Sendable {
    /// The lengths that a bank slip's number may have, in characters.
    public static let bankReferenceLengths = 1...32

    public let from: CashPlaceKind
    public let to: CashPlaceKind
    /// The receiving till's or centre's code; the bank is the own centre's.
    public let toCode: String?
    /// The number of the bank's slip, exactly where the bank is one end.
    public let bankReference: String?
    public let count: CashCount

    public init(
        from: CashPlaceKind, to: CashPlaceKind, toCode: String?, bankReference: String?,
        count: CashCount
    ) {
        self.from = from
        self.to = to
        self.toCode = toCode
        self.bankReference = bankReference
        self.count = count
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        commandFingerprint(
            "cash_transfer", from.rawValue, to.rawValue, toCode ?? "", bankReference ?? "",
            count.canonicalText)
    }
}

/// SHA-256 over the fields of a step of a transfer, for its idempotency key.
public func transferStepFingerprint(
    _ step: String, _ transfer: Int64, _ fields: String...
) -> SHA256Digest {
    commandFingerprint(
        "transfer_" + step, "\(transfer)", fields.joined(separator: "\u{1F}"))
}

/// A transfer as its further steps need it.
struct CashTransfer {
    let number: Int64
    let state: TransferState
    let sender: CashPlace
    let receiver: CashPlace
    let amountFen: Int64
    let sentBy: ID<StaffMember>
    let sentEntry: ID<JournalEntry>
    let receivedBy: ID<StaffMember>?
    let receivedFen: Int64?
}

extension AgencySession {
    func transfer(_ number: Int64) throws -> CashTransfer? {
        let found = try connection.prepare(
            """
            SELECT state, amount_fen, sent_by, sent_entry_id, received_by, received_fen,
                sender_kind, ifnull(sender_till_id, sender_centre_id),
                receiver_kind, ifnull(receiver_till_id, receiver_centre_id)
            FROM cash_transfer WHERE transfer_id = $1
            """
        ).first(.integer(number)) { row in
            guard let state = TransferState(rawValue: row.text(0)),
                let from = CashPlaceKind(rawValue: row.text(6)),
                let to = CashPlaceKind(rawValue: row.text(8))
            else { throw row.damage(0, expected: "a transfer's state, and the kinds of its ends") }
            return (
                state: state, amountFen: row.integer(1), sentBy: row.integer(2),
                sentEntry: row.integer(3), receivedBy: row.optionalInteger(4),
                receivedFen: row.optionalInteger(5), from: from, sender: row.integer(7), to: to,
                receiver: row.integer(9)
            )
        }
        guard let found, let sender = try place(found.from, found.sender),
            let receiver = try place(found.to, found.receiver)
        else { return nil }
        return CashTransfer(
            number: number, state: found.state, sender: sender, receiver: receiver,
            amountFen: found.amountFen, sentBy: ID(found.sentBy), sentEntry: ID(found.sentEntry),
            receivedBy: found.receivedBy.map { ID($0) }, receivedFen: found.receivedFen)
    }

    private func place(_ kind: CashPlaceKind, _ number: Int64) throws -> CashPlace? {
        let places = CashPlaceReader(connection: connection)
        return switch kind {
        case .till: try places.till(ID(number))
        case .centre: try places.vault(of: ID(number))
        case .bank: try places.bank(of: ID(number))
        }
    }
}

extension Refusal {
    static let unknownTransfer = Refusal(
        .unknownTransfer, "there is no such transfer that you may act on",
        zh: "没有您可办理的该笔现金调拨，请核对编号")
}

/// SHA-256 over the fields of a receipt of cash, for its idempotency key.
public func receiveTransferFingerprint(_ transfer: Int64, count: CashCount) -> SHA256Digest {
    transferStepFingerprint("receive", transfer, count.canonicalText)
}
