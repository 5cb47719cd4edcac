import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// A new settlement key: drawn here, or brought by the partner.
public struct SettlementKeyOrder: Sendable {
    /// The lengths of a key in bytes that are taken: what HMAC-SHA256 uses whole.
    public static let keyByteCounts = 32...64
    /// How many keys a partner may ever have in each direction.
    public static let maximumCount = 9_999
    /// How many different bytes a key that is brought has at least; a random one has nearly as many
    /// as bytes.
    static let leastDifferentByteCount = 9
    /// How long a replaced key stays valid beside the new one, in hours.
    public static let overlapHours: ClosedRange<Int64> = 0...720
    public static let usualOverlapHours: Int64 = 48

    public let partnerCode: String
    public let direction: SettlementDirection
    /// The partner's own key in hexadecimal; nothing has one drawn.
    public let keyHex: String?

    public init(partnerCode: String, direction: SettlementDirection, keyHex: String? = nil) {
        self.partnerCode = partnerCode
        self.direction = direction
        self.keyHex = keyHex
    }
}

/// The life of settlement keys.
///
/// None of these takes an idempotency key: the answer holds the secret, which is kept nowhere in
/// clear. Who did not get the answer retires the key that the list shows, and makes another.
extension AgencySession {
    /// Adds a key beside those that are valid; of ours the newest signs.
    ///
    /// - Parameter principal: who does it; nothing for a command beside the server.
    /// - Returns: the key as the bytes of a JSON object, with the secret: this once.
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownPartner`, `keyNotUsable`.
    public func createSettlementKey(
        _ order: SettlementKeyOrder, sealing: SettlementKeySealing, by principal: Principal?
    ) throws -> [UInt8] {
        if let principal { try checkMayWork(principal) }
        let partner = try settlementPartner(order.partnerCode)
        return try add(order, partner, sealing, by: principal, replacing: [])
    }

    /// Adds a key and ends the current ones of its direction after an overlap.
    ///
    /// - Throws: as ``createSettlementKey(_:sealing:by:)``; `unknownSettlementKey` when there is
    ///   nothing to replace.
    public func rotateSettlementKey(
        _ order: SettlementKeyOrder, overlapHours: Int64, sealing: SettlementKeySealing,
        by principal: Principal?
    ) throws -> [UInt8] {
        precondition(SettlementKeyOrder.overlapHours.contains(overlapHours))
        if let principal { try checkMayWork(principal) }
        let partner = try settlementPartner(order.partnerCode)
        let end = now.adding(milliseconds: overlapHours * 3_600_000)
        let current = try SettlementKeyReader(connection).keys(of: partner)
            .filter { $0.direction == order.direction && $0.retiredAt == nil }
        guard !current.isEmpty else {
            throw Refusal(
                .unknownSettlementKey,
                "\(order.partnerCode) has no current key of direction "
                    + "\(order.direction.rawValue); create one instead of rotating it",
                zh: "\(order.partnerCode) 没有该方向（\(order.direction.rawValue)）的现用密钥；请新建而非轮换",
                field: "/direction")
        }
        let answer = try add(
            order, partner, sealing, by: principal, replacing: current.map(\.keyID))
        for key in current {
            try retire(key, of: partner, at: end, reason: "replaced", by: principal)
        }
        return answer
    }

    /// Ends a key at once, also one that is ending.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownPartner`, `unknownSettlementKey`,
    ///   `settlementKeyRetired`, `noSettlementKey` for the only key that signs our files.
    public func retireSettlementKey(
        _ keyID: String, partnerCode: String, reason: String, by principal: Principal?
    ) throws -> [UInt8] {
        if let principal { try checkMayWork(principal) }
        let partner = try settlementPartner(partnerCode)
        let keys = try SettlementKeyReader(connection).keys(of: partner)
        guard let key = keys.first(where: { $0.keyID == keyID }) else {
            throw Refusal(
                .unknownSettlementKey, "the partner has no settlement key of this id; see its list",
                zh: "该单位没有此对账密钥；请查看密钥清单", field: "key_id")
        }
        guard key.state(at: now) != .retired else {
            throw Refusal(
                .settlementKeyRetired, "the key is retired already; there is nothing to do",
                zh: "该密钥已停用，无需重复操作", field: "key_id")
        }
        let isOnlySigner =
            key.direction == .out && key.retiredAt == nil
            && !keys.contains {
                $0.direction == .out && $0.retiredAt == nil && $0.keyID != keyID
            }
        guard !isOnlySigner else {
            throw Refusal(
                .noSettlementKey,
                "it is the only key that signs files for \(partnerCode); rotate it with an overlap "
                    + "of 0 hours instead",
                zh: "这是对 \(partnerCode) 的唯一签名密钥；请改用轮换（重叠 0 小时）", field: "key_id")
        }
        try retire(key, of: partner, at: now, reason: reason, by: principal)
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("key_id", keyID)
        writer.field("partner_id", partnerCode)
        writer.field("retired_at", profile.zone.text(now))
        writer.endObject()
        return writer.bytes
    }

    // MARK: - Steps

    private func settlementPartner(_ code: String) throws -> ID<Partner> {
        guard let partner = try PartnerReader(connection).partner(code) else {
            throw Refusal(
                .unknownPartner, "there is no such partner in the catalogue",
                zh: "目录中没有此合作单位；请核对编号", field: "partner_id")
        }
        return partner
    }

    private func add(
        _ order: SettlementKeyOrder, _ partner: ID<Partner>, _ sealing: SettlementKeySealing,
        by principal: Principal?, replacing replaced: [String]
    ) throws -> [UInt8] {
        let bytes = try secret(of: order)
        let keys = sealing.keys(connection)
        if let known = try keys.keyID(of: bytes) {
            throw Refusal(
                .keyNotUsable,
                "these bytes are or were the key \(known) already; draw another, for each partner "
                    + "and direction one of its own",
                zh: "该密钥已是或曾是密钥 \(known)；请重新生成，每个单位、每个方向须各用其密钥", field: "/key_hex")
        }
        let keyID = try newKeyID(order, partner)
        try keys.add(
            bytes, keyID: keyID, order.direction, partner: partner, by: principal?.staff, at: now)
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("key_id", keyID)
        writer.field("partner_id", order.partnerCode)
        writer.field("direction", order.direction.rawValue)
        writer.field("created_at", profile.zone.text(now))
        writer.field("algorithm", "HMAC-SHA256")
        writer.field("fingerprint", SettlementKeyFingerprint(try SymmetricKey(bytes: bytes)).text)
        // Who brought a key has it.
        writer.field("key_hex", orNull: order.keyHex == nil ? Hexadecimal.encode(bytes) : nil)
        writer.key("replaced_key_ids")
        writer.beginArray()
        for id in replaced { writer.value(.string(id)) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func secret(of order: SettlementKeyOrder) throws -> [UInt8] {
        let allowed = SettlementKeyOrder.keyByteCounts
        guard let hex = order.keyHex else {
            return try SecureRandom.bytes(allowed.lowerBound)
        }
        guard let bytes = Hexadecimal.decode(hex), allowed.contains(bytes.count) else {
            throw Refusal(
                .keyNotUsable,
                "a key has \(allowed.lowerBound) to \(allowed.upperBound) bytes in hexadecimal; "
                    + "send it so, or leave it out and one is drawn",
                zh: "密钥须为 \(allowed.lowerBound)–\(allowed.upperBound) 字节的十六进制；"
                    + "请改正，或不填由系统生成",
                field: "/key_hex")
        }
        guard Set(bytes).count >= SettlementKeyOrder.leastDifferentByteCount else {
            throw Refusal(
                .keyNotUsable, "the key is no random one; draw another",
                zh: "该密钥不是随机密钥；请重新生成", field: "/key_hex")
        }
        return bytes
    }

    /// Ids are numbered through and never used again: `WATER01-K2` signs ours, `WATER01-P1` theirs.
    private func newKeyID(_ order: SettlementKeyOrder, _ partner: ID<Partner>) throws -> String {
        let letter =
            switch order.direction {
            case .out: "K"
            case .in: "P"
            }
        let known = Set(try SettlementKeyReader(connection).keys(of: partner).map(\.keyID))
        let number = (1...SettlementKeyOrder.maximumCount).first { number in
            !known.contains("\(order.partnerCode)-\(letter)\(number)")
        }
        guard let number else {
            throw Refusal(
                .keyNotUsable, "the partner has had too many keys; call the maker",
                zh: "该单位密钥数量已达上限；请联系技术支持")
        }
        return "\(order.partnerCode)-\(letter)\(number)"
    }

    private func retire(
        _ key: SettlementKeyRow, of partner: ID<Partner>, at end: Instant, reason: String,
        by principal: Principal?
    ) throws {
        try connection.prepare(
            """
            UPDATE settlement_key SET retired_at = $1, retired_by = $2, reason = $3
            WHERE partner_id = $4 AND key_id = $5
            """
        ).run(
            .integer(end.millisecondsSinceEpoch), .integer(principal?.staff.number), .text(reason),
            .integer(partner.number), .text(key.keyID))
    }
}

/// What seals settlement keys; only a book has it.
public struct SettlementKeySealing: Sendable {
    fileprivate let key: SymmetricKey

    func keys(_ connection: Connection) -> SettlementKeys {
        SettlementKeys(connection, sealing: key)
    }
}

extension Book {
    /// What seals the book's settlement keys.
    public var settlementKeySealing: SettlementKeySealing {
        SettlementKeySealing(key: keys.sealing)
    }
}
