import CivilTime
import Ledger
import Printing
import SQL
import Settlement

extension AccountStatement {
    private static let columns = [
        "日期 date", "流水号 serial", "对方流水号 reference", "类型 type", "户号 account",
        "金额 amount", "手续费 fee", "佣金 commission", "状态 status", "净额 net",
        "时间 time", "原流水号 original", "文件 file",
    ]

    /// The statement line by line, as Excel and WPS open it.
    ///
    /// UTF-8 with a byte order mark, without which they take it for GBK; lines end with CRLF. A text
    /// of digits comes behind a tab, or a serial would lose its zeros and an account its last
    /// digits; no text becomes a formula. Amounts are yuan with two decimals. A payment has its reference
    /// for the serial, the bank's for the partner's, and the bank's booking date for the time.
    public func csv(_ connection: Connection, zone: ZoneOffset) throws -> [UInt8] {
        var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]
        func add(_ cells: [String]) {
            bytes += cells.joined(separator: ",").utf8
            bytes += [0x0D, 0x0A]
        }
        add(Self.columns)
        add(balance(first, "期初余额 opening balance", openingFen))
        let lines = SettlementLines(connection)
        for (day, file) in zip(days, files) {
            try lines.forEachLine(of: file) { detail in
                add(Self.cells(detail, day, zone: zone))
            }
            for payment in day.payments {
                var cells = balance(day.date, "划款 payment", payment.amountFen)
                cells[1] = Self.text(payment.reference)
                cells[2] = Self.text(payment.bankReference)
                cells[10] = payment.bookingDate.description
                add(cells)
            }
        }
        add(balance(last, "期末余额 closing balance", closingFen))
        return bytes
    }

    private func balance(_ date: BusinessDate, _ name: String, _ fen: Int64) -> [String] {
        var cells = Self.columns.map { _ in "" }
        cells[0] = date.description
        cells[3] = name
        cells[9] = YuanText.plain(fen)
        return cells
    }

    private static func cells(
        _ detail: SettlementDetail, _ day: Day, zone: ZoneOffset
    ) -> [String] {
        let isPosted = detail.status == .posted
        let netFen = detail.type.netFen(
            amountFen: detail.amountFen, commissionFen: detail.commissionFen)
        return [
            day.date.description, text(detail.serial.text), text(detail.partnerReference),
            detail.type.rawValue, text(detail.accountReference), YuanText.plain(detail.amountFen),
            YuanText.plain(detail.feeFen), YuanText.plain(detail.commissionFen),
            detail.status.rawValue,
            YuanText.plain(isPosted ? netFen : 0), zone.text(detail.time),
            text(detail.originalSerial?.text ?? ""), CSVCell.text(day.fileName),
        ]
    }

    /// A text that stays one: digits come behind a tab.
    private static func text(_ text: String) -> String {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber ? "\"\t\(text)\"" : CSVCell.text(text)
    }
}
