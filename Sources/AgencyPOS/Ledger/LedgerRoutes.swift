import Agency
import CivilTime
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// The seals, and the proof that one continues another; they name no customer.
    func addLedgerRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/ledger/seals", for: .everyone) { call in
            try call.allowQuery("cursor", "limit")
            let (cursor, limit) = try call.page()
            guard let after = BusinessDate(daysSinceEpoch: Int(cursor)) else {
                throw call.invalid("cursor", "must be a next_cursor of an earlier page")
            }
            let seals = try book.readers.read {
                try LedgerReader($0).seals(after: cursor == 0 ? nil : after, limit: limit)
            }
            return .list("seals") { writer in
                writer.beginArray()
                for seal in seals { seal.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return seals.count == limit ? seals.last.map { Int64($0.date.daysSinceEpoch) } : nil
            }
        }
        routes.query(.get, "/v1/ledger/consistency-proof", for: .everyone) { call in
            try call.allowQuery("from", "to")
            guard let first = try call.queryDate("from") else {
                throw call.invalid("from", "is missing; send it")
            }
            guard let last = try call.queryDate("to") else {
                throw call.invalid("to", "is missing; send it")
            }
            let proof = try call.proving(["from", "to"]) {
                try book.readers.read {
                    try LedgerReader($0).consistencyProof(from: first, to: last)
                }
            }
            var writer = JSONWriter(reservedBytes: 4096)
            proof.write(to: &writer)
            return .json(writer.bytes)
        }
    }
}

extension Call {
    /// Makes a proof; a date that has no such proof is the fault of its parameter.
    ///
    /// - Parameter dates: the parameters of the query that hold dates.
    func proving<Proof>(_ dates: [String], _ make: () throws -> Proof) throws -> Proof {
        do {
            return try make()
        } catch let error as ProofError {
            switch error {
            case .notSealed(let date):
                let name = try dates.first { try query($0) == date.description }
                throw invalid(name ?? dates[0], "must be a closed date")
            case .sealedBefore: throw invalid(dates[0], "must not be before the receipt's date")
            case .datesReversed: throw invalid(dates[1], "must not be before \(dates[0])")
            // The book is damaged, which the log tells.
            case .unknownEntry, .doesNotHold: throw error
            }
        }
    }
}

extension SealedDate {
    /// Writes the seal as a JSON object.
    func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("business_date", date.description)
        writer.field("sealed_at", zone.text(sealedAt))
        writer.field("entry_count", entryCount)
        writer.field("tree_size", treeSize)
        writer.field("root", treeRoot)
        writer.field("balances_digest", balancesDigest)
        writer.endObject()
    }
}
