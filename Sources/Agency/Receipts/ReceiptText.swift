import CivilTime

/// A receipt as plain text for 58 mm paper.
public struct ReceiptText: Sendable {
    /// The columns of 58 mm paper; a Chinese character takes two.
    public static let columns = 32

    private let agencyName: String
    private let zone: ZoneOffset

    public init(agencyName: String, zone: ZoneOffset) {
        self.agencyName = agencyName
        self.zone = zone
    }

    /// The receipt's lines, each ended by a line feed and none wider than the paper.
    public func text(_ receipt: Receipt) -> String {
        var lines = [
            centred(agencyName),
            centred(title(receipt.kind)),
            String(repeating: "-", count: Self.columns),
            pair("单号", receipt.number.text),
            pair("流水号", Receipt.serialText(receipt.serial)),
            pair("时间", String(zone.text(receipt.recordedAt).prefix(19))),
            pair("柜员", receipt.operatorCode),
            pair("业务", receipt.productName),
            pair(referenceLabel(receipt.kind), receipt.accountReference),
        ]
        if !receipt.partnerReference.isEmpty { lines.append(pair("对方号", receipt.partnerReference)) }
        lines.append(pair("金额", Self.yuan(receipt.amountFen)))
        if receipt.feeFen > 0 { lines.append(pair("服务费", Self.yuan(receipt.feeFen))) }
        lines.append(pair("合计", Self.yuan(receipt.totalFen)))
        lines.append(pair("状态", status(receipt.status)))
        lines.append(String(repeating: "-", count: Self.columns))
        lines.append(centred("请妥善保管"))
        return lines.map { $0 + "\n" }.joined()
    }

    /// An amount in yuan with two decimals, `1234.05`.
    public static func yuan(_ fen: Int64) -> String {
        let magnitude = fen.magnitude
        let cents = magnitude % 100
        return (fen < 0 ? "-" : "") + String(magnitude / 100) + (cents < 10 ? ".0" : ".")
            + String(cents)
    }

    /// The columns that a text takes.
    public static func width(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (isWide($1) ? 2 : 1) }
    }

    // East Asian Wide and Fullwidth of Unicode's EastAsianWidth, the blocks in use in Chinese.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
            0x4E00...0x9FFF, 0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            true
        case _: false
        }
    }

    /// A label on the left and a value on the right; a value too long goes below, cut in lines.
    private func pair(_ label: String, _ value: String) -> String {
        let gap = Self.columns - Self.width(label) - Self.width(value)
        if gap >= 1 { return label + String(repeating: " ", count: gap) + value }
        return ([label] + wrapped(value)).joined(separator: "\n")
    }

    private func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for character in text {
            if Self.width(line) + Self.width(String(character)) > Self.columns {
                lines.append(line)
                line = ""
            }
            line.append(character)
        }
        return lines + [line]
    }

    private func centred(_ text: String) -> String {
        let lines = wrapped(text).map { line in
            String(repeating: " ", count: (Self.columns - Self.width(line)) / 2) + line
        }
        return lines.joined(separator: "\n")
    }

    private func title(_ kind: TransactionKind) -> String {
        switch kind {
        case .billPayment: "代理缴费凭条"
        case .ticketSale: "代售票凭条"
        case .withdrawal: "助农取款凭条"
        case .stockSale: "代售凭条"
        case .prizePayment: "兑奖凭条"
        case .remittance: "现金汇款凭条"
        case .transfer: "转账凭条"
        }
    }

    private func referenceLabel(_ kind: TransactionKind) -> String {
        switch kind {
        case .billPayment: "户号"
        case .ticketSale: "车次"
        case .withdrawal: "卡号"
        case .stockSale, .prizePayment: "票号"
        case .remittance, .transfer: "账号"
        }
    }

    private func status(_ status: TransactionStatus) -> String {
        switch status {
        case .pending: "处理中"
        case .authorised: "已授权 待付款"
        case .posted: "成功"
        case .declined: "银行拒绝"
        case .reversed: "已冲正"
        case .unknown: "待确认"
        case .returnDue: "待退款"
        case .returned: "已退款"
        }
    }
}
