import Agency
import CivilTime
import Cryptography
import StrictJSON

extension TerminalBatch {
    /// Reads a request body.
    init(decoding object: JSONObjectDecoder, zone: ZoneOffset) throws {
        var body = object
        let terminal = try body.string("terminal_id", lengthIn: 1...32)
        let first = try body.integer("first_sequence", in: TerminalNumber.allowed)
        let last = try body.integer("last_sequence", in: TerminalNumber.allowed)
        guard first <= last else {
            throw body.refusal(
                of: "last_sequence", .valueNotAllowed, "it comes before first_sequence; correct it")
        }
        let count = try body.integer("item_count", in: 1...Int64(Self.maximumItems))
        let (createdAtText, createdAt) = try body.time("created_at", zone: zone)
        let values = try body.array("items", maximumCount: Self.maximumItems)
        guard values.count == count else {
            throw body.refusal(
                of: "item_count", .valueNotAllowed,
                "there are \(values.count) items; the batch is not whole, hand in all of it")
        }
        let signature = try body.signature("signature")
        try body.finish()
        let items = try values.enumerated().map { index, value in
            try TerminalItem(value, path: "/items/\(index)", zone: zone)
        }
        self.init(
            terminalCode: terminal, sequences: first...last, createdAtText: createdAtText,
            createdAt: createdAt, items: items, signature: signature)
    }
}

extension TerminalItem {
    /// What a terminal may do while its line is down: what nobody needs to be asked for.
    enum Kind: String, CaseIterable {
        case billPayment = "bill_payment"
        case stockSale = "stock_sale"
        /// The number was given to nothing.
        case unused
    }

    fileprivate init(_ value: JSONValue, path: String, zone: ZoneOffset) throws {
        var item = try JSONObjectDecoder(value, path: path)
        let sequence = try item.integer("sequence", in: TerminalNumber.allowed)
        let key = try item.string("idempotency_key", lengthIn: IdempotencyClaim.keyLengths)
        guard IdempotencyClaim.isValid(key) else {
            throw item.refusal(
                of: "idempotency_key", .forbiddenCharacter, "a key has A-Z a-z 0-9 . _ : - only")
        }
        let (_, recordedAt) = try item.time("recorded_at", zone: zone)
        let operatorCode = try item.string("operator_id", lengthIn: 1...32)
        let kind = try item.string("kind", lengthIn: 1...32)
        let body = try item.object("body")
        try item.finish()
        self.init(
            sequence: sequence, key: key, recordedAt: recordedAt, staffCode: operatorCode,
            action: Self.action(kind, body), canonicalBytes: CanonicalJSON.bytes(value))
    }

    /// What an item asks for; what cannot be done is refused by itself, not with its batch.
    private static func action(_ kind: String, _ body: JSONObjectDecoder) -> Action {
        do {
            switch Kind(rawValue: kind) {
            case .billPayment:
                let request = try BillPaymentRequest(decoding: body)
                switch request.target {
                case .account: return .payBill(request)
                case .quote: return .refused(notSafeOffline)
                }
            case .stockSale:
                let request = try StockSaleRequest(decoding: body)
                switch request.serials {
                case .named: return .sellStock(request)
                case .next: return .refused(serialsNotNamed)
                }
            case .unused:
                try body.finish()
                return .unused
            case nil: return .refused(notSafeOffline)
            }
        } catch let error {
            let problem = (error as? JSONError)?.message ?? "it cannot be read"
            return .refused(
                Refusal(
                    .terminalItemInvalid,
                    "the item's body is not that of \(kind.prefix(32)): \(problem)",
                    zh: "该笔请求内容与其类型不符；请核对后以新编号重新提交",
                    field: (error as? JSONError)?.path))
        }
    }

    private static let notSafeOffline = Refusal(
        .notSafeOffline,
        "this needs the line: without it only accounts of blind billers are paid, and papers sold by "
            + "their serials; do it on the line with a new key, or give the cash back",
        zh: "该业务须联机办理；脱机时仅可办理无账单代收和按票号销售单证。请联机后以新编号办理，或将现金退还客户")

    private static let serialsNotNamed = Refusal(
        .notSafeOffline,
        "the paper is in the customer's hand already, so the sale must name its serials; enter the "
            + "sale on the line with a new key and the serials, as the rest of the pack shows them",
        zh: "单证已交客户，须写明所售票号；请根据包内余票确认票号，联机后以新编号补录该笔销售", field: "/serials")
}

extension JSONObjectDecoder {
    /// Takes a time as the API writes it, and gives its text too.
    fileprivate mutating func time(
        _ name: String, zone: ZoneOffset
    ) throws(JSONError) -> (text: String, instant: Instant) {
        let text = try string(name, lengthIn: 25...25)
        guard let instant = zone.instant(text) else {
            throw refusal(
                of: name, .valueNotAllowed,
                "this is not a time such as \(zone.text(Instant(millisecondsSinceEpoch: 0)))")
        }
        return (text, instant)
    }

    fileprivate mutating func signature(
        _ name: String
    ) throws(JSONError) -> MessageAuthenticationCode {
        let text = try string(name, lengthIn: 64...64)
        guard let code = MessageAuthenticationCode(hex: text), code.hex == text else {
            throw refusal(
                of: name, .valueNotAllowed, "a signature is 64 lower-case hexadecimal digits")
        }
        return code
    }
}
