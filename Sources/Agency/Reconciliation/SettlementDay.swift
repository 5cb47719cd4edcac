import CivilTime
import Ledger
import SQL
import Settlement
import StrictJSON

/// One date with one partner, ours and theirs side by side.
public struct SettlementDay {
    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    /// Writes the day as a JSON object; what has not come is null, and never 0.
    ///
    /// - Returns: whether there is such a date.
    public func encode(
        _ partner: ID<Partner>, on date: BusinessDate, at now: Instant,
        to writer: inout JSONWriter
    ) throws -> Bool {
        let day = try SettlementCalendar(connection, zone: zone)
            .days(partner: partner, from: date, to: date, at: now).first
        guard let day else { return false }
        let ours = try SettlementFileReader(connection)
            .files(partner: partner, from: date, to: date).first
        let found = try ReconciliationList(connection).reconciliations(
            partner: partner, date: date, after: 0, limit: 1
        ).first
        let theirs = try PartnerFileReader(connection).files(of: partner, on: date)
        let accepted = theirs.first { $0.state == .accepted }
        writer.beginObject()
        writer.key("day")
        day.encode(to: &writer, zone: zone)
        writer.key("our_file")
        if let ours {
            for report in try SettlementDeliveryReader(connection).reports(of: [ours]) {
                report.encode(to: &writer, zone: zone)
            }
        } else {
            writer.null()
        }
        writer.key("their_files")
        writer.beginArray()
        for file in theirs { file.encode(to: &writer, zone: zone) }
        writer.endArray()
        let ourNetFen = ours?.netFen
        let theirNetFen = accepted?.netFen
        writer.field("our_net_fen", orNull: ourNetFen)
        writer.field("their_net_fen", orNull: theirNetFen)
        writer.field("difference_fen", orNull: difference(ourNetFen, theirNetFen))
        writer.key("difference")
        if let found, found.lastDate == date {
            try DifferenceParts(connection).parts(of: found, with: partner).encode(to: &writer)
        } else {
            writer.null()
        }
        try encodeTypes(ours, accepted, to: &writer)
        writer.key("reconciliation")
        if let found {
            found.encode(to: &writer, zone: zone)
        } else {
            writer.null()
        }
        writer.endObject()
        return true
    }

    private func difference(_ ours: Int64?, _ theirs: Int64?) -> Int64? {
        guard let ours, let theirs else { return nil }
        return ours - theirs
    }

    private func encodeTypes(
        _ ours: SettlementFileRow?, _ theirs: PartnerFile?, to writer: inout JSONWriter
    ) throws {
        let reader = SettlementTotalReader(connection)
        let mine = try ours.map { try reader.totals(.out, file: $0.id.number) } ?? []
        let other = try theirs.map { try reader.totals(.in, file: $0.id.number) } ?? []
        writer.key("types")
        writer.beginArray()
        for type in SettlementType.allCases {
            let left = mine.first { $0.type == type }
            let right = other.first { $0.type == type }
            guard left != nil || right != nil else { continue }
            writer.beginObject()
            writer.field("type", type.rawValue)
            for (name, side) in [("ours", left), ("theirs", right)] {
                writer.key(escaping: name)
                if let side {
                    side.encode(to: &writer)
                } else {
                    writer.null()
                }
            }
            // A type without lines in a file that has come is nothing; without a file it is unknown.
            let isComparable = ours?.netFen != nil && theirs != nil
            writer.field(
                "difference_fen",
                orNull: isComparable ? (left?.netFen ?? 0) - (right?.netFen ?? 0) : nil)
            writer.endObject()
        }
        writer.endArray()
    }
}
