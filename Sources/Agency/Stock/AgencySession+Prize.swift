import Cryptography
import Ledger
import SQL
import StrictJSON

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

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        let code = WinningTicket.digest(serial: serial, validationCode: validationCode)
        return fingerprintOf("prize_payment", productCode, "\(serial)/\(code.hex)", amountFen)
    }
}

extension AgencySession {
    /// Pays out a prize that its principal has confirmed, once for each key and each ticket.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownProduct`, `wrongProductKind`,
    /// `unknownStockItem`, `noContract`, `stockSerialInvalid`, `prizeTicketNotSold`,
    /// `prizeAlreadyPaid`, `prizeNotWon`, `amountMismatch`, `prizeAboveCeiling`,
    /// `tillShortOfCash`. Without the principal's answer it is `prizeNotValidated`, which uses up
    /// no key: the same request may be sent again.
    public func payPrize(
        _ request: PrizePaymentRequest, _ answer: PrizeAnswer, claim: IdempotencyClaim,
        by principal: Principal
    ) throws -> CommandOutcome {
        var isUnanswered = false
        let outcome = try onceUnless({ isUnanswered }, claim) {
            let shift = try shifts.shift(of: principal, connection)
            let product = try catalogue.product(request.productCode, .stock)
            let item = try stockItems.item(of: product)
            let contract = try catalogue.contract(for: product, on: try journal.currentDate())
            let number = try item.number(request.serial)
            try checkMayWin(number, of: item)
            switch answer {
            case .noAnswer:
                isUnanswered = true
                throw Self.prizeNotValidated
            case .winsNothing:
                throw Refusal(
                    .prizeNotWon,
                    "the principal knows no prize for this serial and validation code; read both "
                        + "again, and pay nothing",
                    zh: "委托单位查无此奖；请核对票号和验证码，请勿付款", field: "/validation_code")
            case .wins(let amountFen):
                try check(request, wonFen: amountFen, contract: contract)
            }
            return try pay(request, number, of: item, product, contract, in: shift)
        }
        return outcome
    }

    static let prizeNotValidated = Refusal(
        .prizeNotValidated,
        "the principal does not answer; pay nothing and send the same request again in a moment",
        zh: "委托单位暂无应答；请勿付款，稍后重试")

    /// Runs a command once for its key; a refusal that is to leave no trace is thrown on.
    private func onceUnless(
        _ leavesNoTrace: () -> Bool, _ claim: IdempotencyClaim, _ body: () throws -> [UInt8]
    ) throws -> CommandOutcome {
        let outcome = try once(claim, body)
        // Thrown, the refusal undoes the whole command, and with it what was kept of it.
        if leavesNoTrace(), case .refused(let refusal) = outcome { throw refusal }
        return outcome
    }

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
        let isPaid =
            try connection.prepare(
                "SELECT 1 FROM prize_payment WHERE item_id = $1 AND number = $2"
            ).first(.integer(item.id.number), .integer(number)) { _ in true }
        guard isPaid == nil else {
            throw Refusal(
                .prizeAlreadyPaid,
                "the prize of this ticket was paid before; pay nothing and keep the ticket",
                zh: "此票已兑奖；请勿重复付款，并收存该票", field: "/serial")
        }
    }

    private func check(
        _ request: PrizePaymentRequest, wonFen: Int64, contract: Contract
    ) throws {
        guard request.amountFen == wonFen else {
            throw Refusal(
                .amountMismatch, "the ticket won \(wonFen) fen; pay exactly that",
                zh: "此票中奖 \(wonFen) 分；请按此金额兑付", field: "/amount_fen")
        }
        let ceilingFen = contract.terms[.prizeCeilingFen]
        guard wonFen <= ceilingFen else {
            throw Refusal(
                .prizeAboveCeiling,
                "a counter pays prizes up to \(ceilingFen) fen; send the customer to the centre "
                    + "with the ticket",
                zh: "柜台兑奖上限为 \(ceilingFen) 分；请客户持票到中心兑奖", field: "/amount_fen")
        }
    }

    private func pay(
        _ request: PrizePaymentRequest, _ number: Int64, of item: StockItem, _ product: Product,
        _ contract: Contract, in shift: Shift
    ) throws -> [UInt8] {
        let commission = CommissionRule.rate(
            partsPerMillion: contract.terms[.prizeCommissionPartsPerMillion], minimumFen: 0,
            maximumFen: .max)
        let receipt = try post(
            NewTransaction(
                kind: .prizePayment, product: product, contract: contract, shift: shift,
                accountReference: item.format.text(number), amountFen: request.amountFen,
                feeFen: 0, commissionFen: commission.commissionFen(on: request.amountFen)))
        try connection.prepare(
            """
            INSERT INTO prize_payment (item_id, number, serial, amount_fen)
            VALUES ($1, $2, $3, $4)
            """
        ).run(
            .integer(item.id.number), .integer(number), .integer(receipt.serial),
            .integer(request.amountFen))
        return receipt.json(zone: profile.zone)
    }
}
