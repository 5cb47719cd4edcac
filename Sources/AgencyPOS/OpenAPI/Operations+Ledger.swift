import Agency
import Ledger

extension Operations {
    static let ledger = [
        Operation(
            method: .get, path: "/v1/receipts/{serial}/proof", name: "getReceiptProof",
            tag: "ledger",
            summary: "The proof that the receipt's entry is in the sealed journal",
            roles: [.operator, .supervisor],
            parameters: [
                serialParameter,
                .query(
                    "business_date", .date,
                    "A closed date, whose seal it is proved against; unless given the entry's own "
                        + "date, or the newest root while that is open"),
            ],
            answer: .json(.named("InclusionProof"), "The proof, for tools/verify-proof"),
            refusals: [.unknownReceipt, .receiptNotPosted]),
        Operation(
            method: .get, path: "/v1/ledger/seals", name: "listSeals", tag: "ledger",
            summary: "The seals of the closed dates, oldest first", roles: .everyone,
            parameters: Parameter.page(upTo: Call.maximumPageSize),
            answer: .json(.page("seals", of: .named("Seal")), "A page of seals")),
        Operation(
            method: .get, path: "/v1/ledger/consistency-proof", name: "getConsistencyProof",
            tag: "ledger",
            summary: "The proof that the journal of one seal is the start of a later one's",
            roles: .everyone,
            parameters: [
                .query("from", .date, "A closed date", isRequired: true),
                .query("to", .date, "The same, or a later one", isRequired: true),
            ],
            answer: .json(.named("ConsistencyProof"), "The proof, for tools/verify-proof")),
    ]

    static let ledgerSchemas: [(name: String, schema: Schema)] = [
        (
            "Seal",
            .answer(
                Property("business_date", .date, "The closed date"),
                Property("sealed_at", .time, "When"),
                Property("entry_count", .count, "Entries of the date"),
                Property("tree_size", .count, "Entries up to and with the date"),
                Property("root", .digest, "Of the Merkle tree over all of them"),
                Property("balances_digest", .digest, "SHA-256 over the closing balances"))
        ),
        (
            "TreeHead",
            .answer(
                Property("business_date", .orNull(.date), "Whose seal it is; null for none"),
                Property("tree_size", .count, "How many entries"),
                Property("root", .digest, "Of the Merkle tree over them"))
        ),
        (
            "InclusionProof",
            .answer(
                Property("format", .words([EntryProof.format]), "Of this object"),
                Property("entry", .named("CanonicalEntry"), "All that its leaf is made from"),
                Property("leaf_index", .count, "The leaf's place, from 0"),
                Property("leaf_hash", .digest, "Of the entry's canonical bytes"),
                Property("seal", .named("TreeHead"), "What it is proved against"),
                Property("path", .array(.digest), "The siblings, from the leaf up (RFC 9162)"))
        ),
        (
            "ConsistencyProof",
            .answer(
                Property("format", .words([HeadsProof.format]), "Of this object"),
                Property("from", .named("TreeHead"), "The earlier seal"),
                Property("to", .named("TreeHead"), "The later seal"),
                Property("path", .array(.digest), "The nodes of the proof (RFC 9162)"))
        ),
        (
            "CanonicalEntry",
            .answer(
                Property("entry_id", .count, "Its number, without gaps"),
                Property("business_date", .date, "The date of the book"),
                Property("recorded_at_ms", .milliseconds, "When, since 1970-01-01T00:00Z"),
                Property("kind", .anyText, "What it records"),
                Property("narrative", .anyText, "In words"),
                Property("source_id", .orNull(.count), "A payment's serial number"),
                Property("phase", .integer(0...4), "See docs/ledger-proofs.md"),
                Property("original_entry_id", .orNull(.count), "The entry that it acts on"),
                Property("original_date", .orNull(.date), "That entry's date"),
                Property("expires_at_ms", .orNull(.milliseconds), "When a pending entry ends"),
                Property("lines", .array(.named("CanonicalLine")), "In order; none for a void"))
        ),
        (
            "CanonicalLine",
            .answer(
                Property("account", .anyText, "The account's code"),
                Property("currency_number", .integer(1...999), "ISO 4217"),
                Property("amount_fen", .fen, "A debit is positive"))
        ),
    ]
}

extension Schema {
    /// An instant, in milliseconds since 1970-01-01T00:00Z.
    static let milliseconds = Schema.integer(.min ... .max)
}
