import CivilTime
import Printing

/// Whether a paper is the receipt, one more of it, or none.
public enum ReceiptMark: Sendable, Equatable {
    /// A look at it, which proves nothing.
    case preview
    /// The first paper that was printed.
    case original
    /// A paper after the original, with its number from 1.
    case copy(Int64, printedAt: Instant, staffCode: String)
}

/// Turns receipts into documents to be printed. Commission is nobody's business but ours: it is
/// never on them.
public struct ReceiptDocument: Sendable {
    private let agencyName: String
    private let zone: ZoneOffset
    let language: ReceiptLanguage

    public init(profile: AgencyProfile, language: ReceiptLanguage) {
        self.init(agencyName: profile.name, zone: profile.zone, language: language)
    }

    init(agencyName: String, zone: ZoneOffset, language: ReceiptLanguage) {
        self.agencyName = agencyName
        self.zone = zone
        self.language = language
    }

    /// The receipt as a document.
    ///
    /// - Parameter link: where anyone can see whether the receipt is genuine.
    public func document(_ sheet: ReceiptSheet, mark: ReceiptMark, link: String) -> PaperDocument {
        let title = self.title(sheet)
        var elements = banner(mark)
        // Nobody may take a paper for paid whose one item came to nothing or was undone.
        if sheet.items.count == 1, !Self.stands(sheet.items[0]) {
            elements.append(.banner(Self.status(of: sheet, language)))
        }
        elements += [.heading(PrintableText(agencyName)), .centred(title), .rule]
        elements += head(sheet)
        elements.append(.rule)
        elements += sheet.items.count == 1 ? single(sheet.items[0]) : basket(sheet.items)
        elements += end(sheet)
        elements += [
            .rule, .code(link: link, caption: words("扫码验真", "Scan to verify")),
            .centred(words("请妥善保管", "Please keep this receipt")), .cut,
        ]
        return PaperDocument(
            title: PrintableText(title.text + " " + sheet.head.number.text),
            language: language.tag, elements: elements)
    }

    func words(_ chinese: String, _ english: String) -> PrintableText {
        language.words(chinese, english)
    }

    private func banner(_ mark: ReceiptMark) -> [PaperElement] {
        switch mark {
        case .original: return []
        case .preview: return [.banner(words("预览 非凭证", "PREVIEW ONLY"))]
        case .copy(let number, let instant, let staff):
            return [
                .banner(words("副本 第 \(number) 次补打", "COPY No. \(number)")),
                .pair(words("补打", "Reprinted"), .text(PrintableText(clock(instant)))),
                .pair(words("补打人", "By"), .text(PrintableText(staff))),
            ]
        }
    }

    private func title(_ sheet: ReceiptSheet) -> PrintableText {
        let kinds = Set(sheet.items.map(\.receipt.kind))
        return kinds.count == 1
            ? sheet.head.title(language) : words("综合业务凭条", "Receipt")
    }

    private func head(_ sheet: ReceiptSheet) -> [PaperElement] {
        let receipt = sheet.head
        var pairs: [PaperElement] = [
            pair("单号", "Receipt", receipt.number.text),
            pair("流水号", "Serial no.", Receipt.serialText(receipt.serial)),
        ]
        if let original = receipt.original {
            pairs.append(
                pair("原流水号", "Original no.", Receipt.serialText(original.serial)))
            if original.item > 0 {
                pairs.append(pair("原第几张", "Original item", String(original.item)))
            }
        }
        return pairs + [
            pair("网点", "Station", sheet.stationName),
            pair("时间", "Time", clock(receipt.recordedAt)),
            pair("柜员", "Operator", receipt.operatorCode),
        ]
    }

    private func pair(_ chinese: String, _ english: String, _ value: String) -> PaperElement {
        .pair(words(chinese, english), .text(PrintableText(value)))
    }

    private func single(_ item: ReceiptSheet.Item) -> [PaperElement] {
        let receipt = item.receipt
        var pairs = [pair("业务", "Service", receipt.productName)]
        pairs += facts(item).map { .pair($0.label, .text($0.value)) }
        pairs.append(.pair(words("金额(元)", "Amount (CNY)"), .amountFen(receipt.amountFen)))
        if let lateFeeFen = item.bill?.lateFeeFen, lateFeeFen != 0 {
            pairs.append(
                .pair(words("其中违约金(元)", "Late fee in it (CNY)"), .amountFen(lateFeeFen)))
        }
        if receipt.feeFen != 0 {
            pairs.append(.pair(words("服务费(元)", "Service fee (CNY)"), .amountFen(receipt.feeFen)))
        }
        return pairs
    }

    private func basket(_ items: [ReceiptSheet.Item]) -> [PaperElement] {
        let lines = items.map { item in
            let receipt = item.receipt
            var details = facts(item).map { PrintableText("\($0.label) \($0.value)") }
            if let lateFeeFen = item.bill?.lateFeeFen, lateFeeFen != 0 {
                let fee = YuanText.plain(lateFeeFen)
                details.append(words("其中违约金 \(fee)", "Late fee in it \(fee)"))
            }
            if receipt.feeFen != 0 {
                let fee = YuanText.plain(receipt.feeFen)
                details.append(words("另收服务费 \(fee)", "Service fee \(fee)"))
            }
            let status = Self.status(of: item, language)
            if receipt.status != .posted || !receipt.corrections.isEmpty { details.append(status) }
            if !receipt.status.countsInTotal {
                details.append(words("不计入合计", "Not in the total"))
            }
            return PaperItem(
                name: PrintableText(receipt.productName), details: details,
                amountFen: receipt.amountFen)
        }
        let fees = items.filter(\.receipt.status.countsInTotal).reduce(0) { $0 + $1.receipt.feeFen }
        guard fees != 0 else { return [.items(lines), .rule] }
        return [
            .items(lines), .rule, .pair(words("服务费(元)", "Service fees (CNY)"), .amountFen(fees)),
        ]
    }

    /// The cash that passed; nothing for a transfer, which moves none.
    private func total(_ sheet: ReceiptSheet) -> [PaperElement] {
        let fen = Self.totalFen(sheet.items)
        guard fen != 0 || sheet.items.contains(where: { $0.receipt.kind.cashFlow != .none }) else {
            return []
        }
        let total = PaperElement.total(
            Self.totalLabel(sheet.items, language), .amountFen(fen))
        guard language == .chinese else { return [total] }
        let capital = PrintableText("人民币" + CapitalAmount.text(fen))
        return [total, .widePair("大写", .text(capital))]
    }

    private func end(_ sheet: ReceiptSheet) -> [PaperElement] {
        var elements = total(sheet)
        if let tender = sheet.tender {
            elements += sums(sheet.items, Self.waitingSums)
            elements += [
                .pair(words("实收(元)", "Tendered (CNY)"), .amountFen(tender.tenderedFen)),
                .pair(words("找零(元)", "Change (CNY)"), .amountFen(tender.changeFen)),
            ]
            elements += sums(sheet.items, Self.returnedSums)
        }
        elements.append(.pair(words("状态", "Status"), .text(Self.status(of: sheet, language))))
        var notices: [PrintableText] = []
        for item in sheet.items {
            guard let notice = item.receipt.notice(language) else { continue }
            if !notices.contains(notice) { notices.append(notice) }
        }
        return elements + notices.map { .text($0) }
    }

    /// What the items in some states cost together, and its name on paper.
    private typealias Sum = (
        chinese: String, english: String, states: Set<BasketProgress.ItemState>
    )

    /// What of the total may come back.
    private static let waitingSums: [Sum] = [
        ("其中待确认(元)", "Of it to be confirmed (CNY)", [.waiting]),
        ("其中待退款(元)", "Of it to be refunded (CNY)", [.returnDue]),
    ]
    /// What is not in the total: tendered is total, change and returned together.
    private static let returnedSums: [Sum] = [
        ("退还(元)", "Returned (CNY)", [.refused, .returned])
    ]

    /// The sums that are something.
    private func sums(_ items: [ReceiptSheet.Item], _ sums: [Sum]) -> [PaperElement] {
        sums.compactMap { sum in
            let fen = items.filter {
                sum.states.contains(BasketProgress.ItemState($0.receipt.status))
            }.reduce(0) { $0 + $1.receipt.totalFen }
            return fen > 0 ? .pair(words(sum.chinese, sum.english), .amountFen(fen)) : nil
        }
    }

    private func clock(_ instant: Instant) -> String {
        String(zone.text(instant).prefix(19)).replacing("T", with: " ")
    }
}
