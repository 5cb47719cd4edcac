import CivilTime
import Ledger
import Settlement
import StrictJSON

/// A line of either side as an exception keeps it.
struct ExceptionLine: Sendable, Equatable {
    let line: MatchLine
    /// What the partner owes the agency for it; nothing where its file does not tell.
    let commissionFen: Int64?

    /// What the line adds to its side's net; a reversed line adds nothing.
    var netFen: Int64 {
        switch line.status {
        case .posted:
            // Each line of a joined match has a type.
            line.type?.netFen(amountFen: line.amountFen, commissionFen: commissionFen ?? 0) ?? 0
        case .reversed: 0
        }
    }

    init(line: MatchLine, commissionFen: Int64?) {
        self.line = line
        self.commissionFen = commissionFen
    }

    /// The same line where a later file is spoken of, in which it has no line.
    var ofEarlierFile: ExceptionLine {
        var line = self.line
        line.lineNumber = 0
        return ExceptionLine(line: line, commissionFen: commissionFen)
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: `JSONError` for a text that it did not write.
    init(json text: String) throws(JSONError) {
        var object = try JSONObjectDecoder(
            StrictJSONParser.parse(Array(text.utf8), limits: .request))
        let serial = try object.string("serial", lengthIn: 0...32)
        let reference = try object.string("reference", lengthIn: 0...64)
        let type: SettlementType = try object.enumeration("type")
        let account = try object.string("account", lengthIn: 0...32)
        let amounts = SettlementDetail.allowedAmountsFen
        let amountFen = try object.integer("amount_fen", in: amounts)
        commissionFen = try object.optionalInteger("commission_fen", in: amounts)
        let status: SettlementStatus = try object.enumeration("status")
        let time = try object.integer("time_ms", in: 0...Int64(1) << 52)
        let number = try object.integer("line", in: 0...Int64(1) << 32)
        try object.finish()
        line = MatchLine(
            serial: serial, partnerReference: reference, type: type, accountReference: account,
            amountFen: amountFen, status: status, time: Instant(millisecondsSinceEpoch: time),
            lineNumber: Int(number))
    }

    /// The line as the database keeps it.
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("serial", line.serial)
        writer.field("reference", line.partnerReference)
        writer.field("type", line.type?.rawValue ?? "")
        writer.field("account", line.accountReference)
        writer.field("amount_fen", line.amountFen)
        writer.field("commission_fen", orNull: commissionFen)
        writer.field("status", line.status.rawValue)
        writer.field("time_ms", line.time.millisecondsSinceEpoch)
        writer.field("line", Int64(line.lineNumber))
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Writes the line as people and terminals see it.
    func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("serial", line.serial)
        writer.field("reference", line.partnerReference)
        writer.field("type", line.type?.rawValue ?? "")
        writer.field("account", line.accountReference)
        writer.field("amount_fen", line.amountFen)
        writer.field("commission_fen", orNull: commissionFen)
        writer.field("status", line.status.rawValue)
        writer.field("time", zone.text(line.time))
        writer.field("net_fen", netFen)
        writer.endObject()
    }
}
