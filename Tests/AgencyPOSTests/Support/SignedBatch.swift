import Cryptography
import StrictJSON

@testable import Agency
@testable import AgencyPOS

/// A batch as a terminal makes it.
struct SignedBatch {
    var terminal = "S0001-T1"
    /// Whose secret signs it.
    var signer: String?
    var createdAt = "2026-11-21T09:40:00+08:00"
    var first: Int64?
    var last: Int64?
    let items: [JSONValue]

    /// The request's body.
    func body() throws -> JSONValue {
        let numbers = items.compactMap { $0["sequence"]?.number }
        let (first, last) = (first ?? numbers.min() ?? 1, last ?? numbers.max() ?? 1)
        let head = [
            "agencypos-terminal-batch-1", terminal, "\(first)", "\(last)", "\(items.count)",
            createdAt,
        ]
        let lines =
            head + items.map { String(decoding: CanonicalJSON.bytes($0), as: UTF8.self) }
        let secret = try DemoNetwork.secret(of: signer ?? terminal)
        let key = try SymmetricKey(bytes: SHA256.hash(secret).bytes)
        let code = HMACSHA256.authenticate(lines.map { $0 + "\n" }.joined(), key: key)
        return [
            "terminal_id": .string(terminal), "first_sequence": .integer(first),
            "last_sequence": .integer(last), "item_count": .integer(Int64(items.count)),
            "created_at": .string(createdAt), "items": .array(items),
            "signature": .string(code.hex),
        ]
    }

    /// An item of any kind.
    static func item(
        _ sequence: Int64, key: String? = nil, kind: String = "bill_payment",
        operator staff: String = "OP000101", body: JSONValue = .blindPayment()
    ) -> JSONValue {
        [
            "sequence": .integer(sequence),
            "idempotency_key": .string(key ?? "S0001-T1-\(100_000 + sequence)"),
            "recorded_at": "2026-11-21T09:12:30+08:00", "operator_id": .string(staff),
            "kind": .string(kind), "body": body,
        ]
    }
}

extension JSONValue {
    /// The sale of a scratch ticket of station 1 with a place in its pack, from 1.
    static func ticket(_ place: Int64) -> JSONValue {
        let format = StockFormat(prefix: "SC", digitCount: 9, checkDigits: .modulo10)
        return [
            "product_id": "SCRATCH10", "serials": .array([.string(format.text(1_000 + place))]),
            "amount_fen": 1_000,
        ]
    }
}
