import Cryptography
import Ledger
import PartnerAPI
import Printing
import SQL

/// A request to pay out what a ticket won.
public struct PrizePaymentRequest: Sendable {
    /// The characters of a validation code.
    public static let validationCodeLengths = 4...32

    public let productCode: String
    public let serial: String
    /// What stands under the ticket's scratched surface; it is never kept.
    public let validationCode: String
    public let amountFen: Int64

    public init(productCode: String, serial: String, validationCode: String, amountFen: Int64) {
        self.productCode = productCode
        self.serial = serial
        self.validationCode = validationCode
        self.amountFen = amountFen
    }

    /// SHA-256 over serial and validation code, as the principal's table names a winner.
    var ticketDigest: SHA256Digest {
        WinningTicket.digest(serial: serial, validationCode: validationCode)
    }

    /// SHA-256 over the request's fields, for its idempotency key; keyed, for a code is soon guessed.
    func fingerprint(key: SymmetricKey) -> SHA256Digest {
        fingerprintOf(
            "prize_payment", productCode,
            keyedDigest("prize", "\(serial)/\(validationCode)", key: key), amountFen)
    }
}

/// A ticket that wins, as `prizes.csv` names it.
public enum WinningTicket {
    /// SHA-256 over serial, `/` and validation code.
    public static func digest(serial: String, validationCode: String) -> SHA256Digest {
        SHA256.hash(serial + "/" + validationCode)
    }
}

extension PartnerDesk {
    /// Pays a prize once for each key and each ticket; `completion` hears when it is durable.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func payPrize(
        _ request: PrizePaymentRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startPrizePayment(request, claim: claim, by: principal) }
    }
}

extension AgencySession {
    /// Pays out a prize of the principal's table, or asks the principal over its line.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownProduct`, `wrongProductKind`,
    /// `unknownStockItem`, `noContract`, `stockSerialInvalid`, `prizeTicketNotSold`,
    /// `prizeAlreadyPaid`, `paymentUnconfirmed`; for a prize of the table `prizeNotWon`,
    /// `amountMismatch`; then `prizeAboveCeiling`, `tillShortOfCash`.
    func startPrizePayment(
        _ request: PrizePaymentRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let product = try catalogue.product(request.productCode, .stock)
            let item = try stockItems.item(of: product)
            let contract = try catalogue.contract(for: product, on: try journal.currentDate())
            let number = try item.number(request.serial)
            try checkMayWin(number, of: item)
            let isOverLine = contract.terms[.prizesOverLine] == 1
            if !isOverLine { try check(request, isInTableOf: item) }
            try Self.check(request, ceilingFen: contract.terms[.prizeCeilingFen])
            let transaction = transaction(
                of: item.format.text(number), request.amountFen, product, contract, in: shift)
            guard isOverLine else {
                let receipt = try post(transaction)
                try insertPrize(of: number, item, transaction, serial: receipt.serial)
                return .done(receipt.json(zone: profile.zone))
            }
            let serial = try beginCall(transaction, claim: claim)
            try insertPrize(of: number, item, transaction, serial: serial)
            return .asking([Self.payback(request, transaction, serial: serial)])
        }
    }

    /// What the principal is told: the validation code goes to it and nowhere else.
    private static func payback(
        _ request: PrizePaymentRequest, _ transaction: NewTransaction, serial: Int64
    ) -> StartedPartnerCall {
        StartedPartnerCall(
            serial: serial, partnerCode: transaction.product.partner.code,
            request: .post(
                PartnerPost(
                    serial: PartnerSerial(transaction: serial), kind: .payback,
                    product: transaction.product.code, amountFen: transaction.amountFen,
                    lines: [
                        PartnerLineItem(
                            reference: transaction.accountReference,
                            amountFen: transaction.amountFen)
                    ],
                    details: [
                        PartnerDetail(name: "validation_code", value: request.validationCode)
                    ])))
    }

    private func transaction(
        of ticket: String, _ amountFen: Int64, _ product: Product, _ contract: Contract,
        in shift: Shift
    ) -> NewTransaction {
        let commission = CommissionRule.rate(
            partsPerMillion: contract.terms[.prizeCommissionPartsPerMillion], minimumFen: 0,
            maximumFen: .max)
        return NewTransaction(
            kind: .prizePayment, product: product, contract: contract, shift: shift,
            accountReference: ticket, amountFen: amountFen, feeFen: 0,
            commissionFen: commission.commissionFen(on: amountFen))
    }

    private func insertPrize(
        of number: Int64, _ item: StockItem, _ transaction: NewTransaction, serial: Int64
    ) throws {
        try connection.prepare(
            """
            INSERT INTO prize_payment (item_id, number, serial, amount_fen)
            VALUES ($1, $2, $3, $4)
            """
        ).run(
            .integer(item.id.number), .integer(number), .integer(serial),
            .integer(transaction.amountFen))
    }

    /// Lets a ticket be asked about again whose principal did not pay its prize.
    func releasePrize(of serial: Int64) throws {
        try connection.prepare("UPDATE prize_payment SET is_released = 1 WHERE serial = $1")
            .run(.integer(serial))
    }

    // MARK: - Rules

    private func checkMayWin(_ number: Int64, of item: StockItem) throws {
        let state = try state(of: number, item)
        let mayWin =
            switch item.prizes {
            case .none: false
            case .sold: state == .sold
            case .activated:
                try (state == .sold || state == .left)
                    && pack(of: item, holding: number)?.isOpenedBefore ?? false
            }
        guard mayWin else {
            throw Refusal(
                .prizeTicketNotSold,
                "this ticket was not sold or activated by the agency, or is void; pay nothing, "
                    + "keep the ticket and call the centre",
                zh: "此票并非本机构售出或激活，或已作废；请勿付款，保留实物并联系中心", field: "/serial")
        }
        let status = try connection.prepare(
            """
            SELECT x.status FROM prize_payment z JOIN service_transaction x ON x.serial = z.serial
            WHERE z.item_id = $1 AND z.number = $2 AND z.is_released = 0
            """
        ).first(.integer(item.id.number), .integer(number)) { $0.text(0) }
        switch status {
        case nil: break
        case TransactionStatus.posted.rawValue:
            throw Refusal(
                .prizeAlreadyPaid,
                "the prize of this ticket was paid before; pay nothing and keep the ticket",
                zh: "此票已兑奖；请勿重复付款，并收存该票", field: "/serial")
        case _:
            throw Refusal(
                .paymentUnconfirmed,
                "the principal is being asked about this ticket already; pay nothing, keep the "
                    + "ticket and look at the first receipt",
                zh: "此票正在向委托单位核验；请勿付款，收存该票并查看首张凭条", field: "/serial")
        }
    }

    private func check(_ request: PrizePaymentRequest, isInTableOf item: StockItem) throws {
        let wonFen = try connection.prepare(
            "SELECT amount_fen FROM winning_ticket WHERE item_id = $1 AND digest = $2"
        ).first(.integer(item.id.number), .text(request.ticketDigest.hex)) { $0.integer(0) }
        guard let wonFen else {
            throw Refusal(
                .prizeNotWon,
                "the principal knows no prize for this serial and validation code; read both "
                    + "again, and pay nothing",
                zh: "委托单位查无此奖；请核对票号和验证码，请勿付款", field: "/validation_code")
        }
        guard request.amountFen == wonFen else {
            throw Refusal(
                .amountMismatch, "the ticket won \(wonFen) fen; pay exactly that",
                zh: "此票中奖 \(YuanText.plain(wonFen)) 元；请按此金额兑付", field: "/amount_fen")
        }
    }

    private static func check(_ request: PrizePaymentRequest, ceilingFen: Int64) throws {
        guard request.amountFen <= ceilingFen else {
            throw Refusal(
                .prizeAboveCeiling,
                "a counter pays prizes up to \(ceilingFen) fen; send the customer to the centre "
                    + "with the ticket",
                zh: "柜台兑奖上限为 \(YuanText.plain(ceilingFen)) 元；请客户持票到中心兑奖", field: "/amount_fen")
        }
    }
}
