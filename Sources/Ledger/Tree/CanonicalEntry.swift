import CivilTime
import Cryptography
import StrictJSON

/// All that the leaf of an entry is made from, for whoever wants to check it without our code.
public struct CanonicalEntry: Equatable, Sendable {
    /// A line as it stands in the leaf.
    public struct Line: Equatable, Sendable {
        public let account: String
        /// By ISO 4217.
        public let currencyNumber: Int64
        /// In hundredths of the currency's unit; a debit is positive.
        public let amount: Int64
    }

    public let entry: ID<JournalEntry>
    public let businessDate: BusinessDate
    public let recordedAt: Instant
    public let kind: String
    public let narrative: String
    public let source: Int64?
    /// 0 posted at once, 1 pending, 2 posts a pending entry, 3 voids one, 4 reverses one.
    public let phase: Int64
    public let original: ID<JournalEntry>?
    public let originalDate: BusinessDate?
    public let expiresAt: Instant?
    public let lines: [Line]

    /// The entry's place in the tree, from 0.
    public var leafIndex: Int64 { entry.number - 1 }

    /// The hash of the entry's leaf.
    func leaf(_ encoder: inout EntryEncoder, _ hasher: MerkleHasher) -> SHA256Digest {
        encode(into: &encoder)
        return encoder.leaf(hasher)
    }

    func encode(into encoder: inout EntryEncoder) {
        kind.withUTF8Bytes { kind in
            narrative.withUTF8Bytes { narrative in
                encoder.begin(
                    entry: entry.number, date: Int64(businessDate.daysSinceEpoch),
                    recordedAt: recordedAt.millisecondsSinceEpoch, kind: kind,
                    narrative: narrative, source: source, phase: phase,
                    original: original?.number,
                    originalDate: originalDate.map { Int64($0.daysSinceEpoch) },
                    expiresAt: expiresAt?.millisecondsSinceEpoch)
            }
        }
        for line in lines {
            line.account.withUTF8Bytes {
                encoder.line(code: $0, currency: line.currencyNumber, amount: line.amount)
            }
        }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("entry_id", entry.number)
        json.field("business_date", businessDate.description)
        json.field("recorded_at_ms", recordedAt.millisecondsSinceEpoch)
        json.field("kind", kind)
        json.field("narrative", narrative)
        json.field("source_id", orNull: source)
        json.field("phase", phase)
        json.field("original_entry_id", orNull: original?.number)
        json.field("original_date", orNull: originalDate?.description)
        json.field("expires_at_ms", orNull: expiresAt?.millisecondsSinceEpoch)
        json.key("lines")
        json.beginArray()
        for line in lines {
            json.beginObject()
            json.field("account", line.account)
            json.field("currency_number", line.currencyNumber)
            json.field("amount_fen", line.amount)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
