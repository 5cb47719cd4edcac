import Printing
import SQL

extension AgencySession {
    /// What a payment without a bill is of: periods that are paid once, or nothing of the kind.
    ///
    /// - Throws: `Refusal` with `periodRequired`, `amountMismatch`, `periodAlreadyPaid`.
    func periodSubject(
        _ request: BillPaymentRequest, _ accountNumber: String, _ product: Product,
        _ billing: Product.Billing, _ contract: Contract
    ) throws -> BillOrder.Subject {
        let perHeadFen = contract.terms[.perHeadFen]
        guard let form = billing.periodForm else {
            guard request.period == nil, request.insured.isEmpty else {
                throw Refusal(
                    .periodRequired,
                    "\(product.code) names no period and no insured persons; leave both out",
                    zh: "\(product.code) 无需填写所属期和参保人；请删去", field: "/period")
            }
            return .nothing
        }
        guard let period = request.period, form.takes(period) else {
            throw Refusal(
                .periodRequired,
                "\(product.code) is paid for a \(form.rawValue); send it as "
                    + (form == .year ? "YYYY" : "YYYY-MM"),
                zh: "\(product.code) 须填写所属期（\(form == .year ? "YYYY" : "YYYY-MM")）",
                field: "/period")
        }
        guard perHeadFen > 0 else {
            guard request.insured.isEmpty else { throw Self.headsMismatch(product, 0) }
            return try unpaid(
                .periods(
                    period, accounts: [accountNumber], amountFen: request.amountFen,
                    guardFen: request.amountFen), product)
        }
        let heads = Set(request.insured)
        guard !heads.isEmpty, heads.count == request.insured.count,
            Int64(heads.count) * perHeadFen == request.amountFen
        else { throw Self.headsMismatch(product, perHeadFen) }
        return try unpaid(
            .periods(period, accounts: request.insured, amountFen: perHeadFen, guardFen: 0),
            product)
    }

    /// Gives back a subject of which nothing was paid.
    ///
    /// - Throws: `Refusal` with `periodAlreadyPaid`.
    private func unpaid(_ subject: BillOrder.Subject, _ product: Product) throws
        -> BillOrder.Subject
    {
        guard case .periods(let period, let accounts, _, let guardFen) = subject else {
            return subject
        }
        let find = try connection.prepare(
            """
            SELECT serial FROM period_payment
            WHERE product_id = $1 AND account_number = $2 AND period = $3 AND guard_fen = $4
                AND is_released = 0
            """)
        for (index, account) in accounts.enumerated() {
            let serial = try find.first(
                .integer(product.id.number), .text(account), .text(period), .integer(guardFen)
            ) { $0.integer(0) }
            guard let serial else { continue }
            let (text, shown) = (Receipt.serialText(serial), masked(number: account))
            throw Refusal(
                .periodAlreadyPaid,
                "\(period) is paid already for \(shown), serial \(text); take no money for it",
                zh: "\(shown) 的 \(period) 已缴费（流水号 \(text)）；请勿重复收款",
                field: guardFen == 0 ? "/insured/\(index)" : "/period")
        }
        return subject
    }

    private static func headsMismatch(_ product: Product, _ perHeadFen: Int64) -> Refusal {
        guard perHeadFen > 0 else {
            return Refusal(
                .amountMismatch, "\(product.code) is not paid by the head; leave insured out",
                zh: "\(product.code) 不按人头缴费；请删去参保人", field: "/insured")
        }
        return Refusal(
            .amountMismatch,
            "the premium is \(perHeadFen) fen for each insured person; name each once and pay for all",
            zh: "每位参保人 \(YuanText.plain(perHeadFen)) 元；请逐一填写参保人（不得重复），金额为人数乘以标准",
            field: "/amount_fen")
    }
}
