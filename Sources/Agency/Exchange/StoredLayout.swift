import CivilTime
import Ledger
import SQL
import Settlement
import StrictJSON

/// The layout of a partner that cannot produce our format, as the book keeps it.
struct StoredLayout: Sendable {
    let id: ID<StoredLayout>
    let layout: PartnerLayout

    /// Checks a copy of a file whole, by its layout; no line counts before.
    ///
    /// - Throws: what is no verdict about the file, such as a full disk.
    func finding(of name: String, in folder: String) throws -> PartnerFileArrival.Finding {
        func refused(_ fault: PartnerFile.Fault, _ reason: String) -> PartnerFileArrival.Finding {
            .refused(.init(state: .rejected, fault: fault.rawValue, reason: reason))
        }
        do {
            let checked = try LayoutReader(layout).check(name, in: folder)
            guard let date = checked.businessDate else {
                return refused(
                    .dateMissing, "neither the name nor the lines tell the business date")
            }
            var totals = SettlementTotals()
            try checked.forEachLine { line in
                // A layout gives each line a type.
                if let type = line.line.type { totals.add(line, as: type) }
            }
            return .read(
                .init(
                    layout: id, date: date, totals: totals,
                    hasCommission: checked.totals.commissionFen != nil))
        } catch let error as LayoutError {
            if case .file(.systemFailure) = error { throw error }
            return refused(.layoutViolated, "\(error)")
        }
    }
}

/// The partners' layouts that a connection can read.
struct LayoutLibrary {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The layout that a partner writes in on a date; nothing for our own format.
    func layout(of partner: ID<Partner>, on date: BusinessDate) throws -> StoredLayout? {
        try connection.prepare(
            """
            SELECT layout_id, text FROM partner_layout
            WHERE partner_id = $1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1
            """
        ).first(
            .integer(partner.number), .integer(Int64(date.daysSinceEpoch)),
            read: StoredLayout.init(row:))
    }

    func layout(_ id: ID<StoredLayout>) throws -> StoredLayout? {
        try connection.prepare("SELECT layout_id, text FROM partner_layout WHERE layout_id = $1")
            .first(.integer(id.number), read: StoredLayout.init(row:))
    }
}

extension StoredLayout {
    fileprivate init(row: Row) throws {
        do throws(JSONError) {
            self.init(
                id: ID(row.integer(0)), layout: try PartnerLayout(Array(row.text(1).utf8)))
        } catch {
            throw row.damage(1, expected: "a layout")
        }
    }
}

/// A layout of a partner, as a list shows it.
public struct PartnerLayoutEntry: Sendable, Equatable {
    public let partnerCode: String
    /// The first day on which files are read by it.
    public let validFrom: BusinessDate
    /// `csv` or `fixed_width`.
    public let kind: String
}

extension Book {
    /// The layouts of all partners or of one, by partner and first day.
    ///
    /// - Throws: `Refusal` with `unknownPartner`, `SQLError`.
    public func layouts(ofPartner code: String? = nil) throws -> [PartnerLayoutEntry] {
        try readers.read { connection in
            if let code, try PartnerReader(connection).partner(code) == nil {
                throw Refusal.unknownPartner(code)
            }
            return try connection.prepare(
                """
                SELECT l.layout_id, l.text, p.code, l.valid_from
                FROM partner_layout l JOIN partner p ON p.partner_id = l.partner_id
                WHERE $1 IS NULL OR p.code = $1 ORDER BY p.code, l.valid_from
                """
            ).all(.text(code)) { row in
                PartnerLayoutEntry(
                    partnerCode: row.text(2),
                    validFrom: row.businessDate(3),
                    kind: try StoredLayout(row: row).layout.kind)
            }
        }
    }

    /// Keeps how a partner writes its files from a date on.
    ///
    /// - Parameter text: the layout as JSON.
    /// - Throws: `BookError` for a layout that cannot be used, `Refusal` with `unknownPartner`;
    ///   `WriterError`, `SQLError`.
    public func setLayout(
        _ text: String, ofPartner code: String, from date: BusinessDate
    ) throws {
        do throws(JSONError) {
            _ = try PartnerLayout(Array(text.utf8))
        } catch {
            throw BookError.unusable(path: "the layout of \(code)", reason: error.message)
        }
        try writer.perform { try $0.setLayout(text, ofPartner: code, from: date) }
    }
}

extension Refusal {
    fileprivate static func unknownPartner(_ code: String) -> Refusal {
        Refusal(
            .unknownPartner, "there is no partner \(code); see the catalogue",
            zh: "没有合作单位 \(code)；请查看目录")
    }
}

extension AgencySession {
    fileprivate func setLayout(
        _ text: String, ofPartner code: String, from date: BusinessDate
    ) throws {
        guard let partner = try PartnerReader(connection).partner(code) else {
            throw Refusal.unknownPartner(code)
        }
        let row = try connection.prepare(
            """
            INSERT INTO partner_layout (partner_id, valid_from, text, recorded_at)
            VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING layout_id
            """
        ).first(
            .integer(partner.number), .integer(Int64(date.daysSinceEpoch)), .text(text),
            .integer(now.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        guard row != nil else {
            throw BookError.unusable(
                path: "the layout of \(code)",
                reason: "there is one from \(date) on, and none is changed; choose a later date")
        }
    }
}
