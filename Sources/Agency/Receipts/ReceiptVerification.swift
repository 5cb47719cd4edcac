import CivilTime
import Ledger
import Printing
import SQL

/// What anyone who holds a receipt may know of it: that it is genuine, and where it stands.
public struct ReceiptVerification: Sendable, Equatable {
    /// How far the book vouches for the entries of a receipt.
    public enum Proof: Sendable, Equatable {
        /// Nothing was booked, or not everything yet.
        case none
        /// All are in the journal, whose date is still open.
        case open
        /// All are proved against the seals of their dates; this is the last one.
        case sealed(TreeHead)
    }

    public let sheet: ReceiptSheet
    public let proof: Proof
    /// The papers printed so far, the original among them.
    public let printCount: Int64
}

extension ReceiptReader {
    /// What a receipt's link shows, or nothing without such a receipt.
    ///
    /// - Throws: `ProofError` when the journal does not hold what it should.
    public func verification(serial: Int64) throws -> ReceiptVerification? {
        guard let sheet = try sheet(serial: serial) else { return nil }
        let count =
            try connection.prepare("SELECT count(*) FROM receipt_print WHERE serial = $1")
            .first(.integer(sheet.head.serial)) { $0.integer(0) } ?? 0
        return ReceiptVerification(
            sheet: sheet, proof: try proof(of: sheet), printCount: count)
    }

    private func proof(of sheet: ReceiptSheet) throws -> ReceiptVerification.Proof {
        var last: TreeHead?
        for item in sheet.items where item.receipt.status.countsInTotal {
            guard let entry = try entry(of: item.receipt.serial) else { return .none }
            let head = try LedgerReader(connection).proof(of: entry, sealedOn: nil).head
            guard let date = head.businessDate else { return .open }
            if last?.businessDate.map({ $0 < date }) ?? true { last = head }
        }
        return last.map { .sealed($0) } ?? .none
    }

    private func entry(of serial: Int64) throws -> ID<JournalEntry>? {
        let entry = try connection.prepare(
            "SELECT entry_id FROM service_transaction WHERE serial = $1"
        ).first(.integer(serial)) { $0.optionalInteger(0) }
        return (entry ?? nil).map { ID($0) }
    }
}

/// Turns what a link shows into a page; no customer is on it.
public struct ReceiptVerificationDocument: Sendable {
    private let profile: AgencyProfile
    private let language: ReceiptLanguage

    public init(profile: AgencyProfile, language: ReceiptLanguage) {
        self.profile = profile
        self.language = language
    }

    /// The page of a genuine receipt.
    public func document(_ verification: ReceiptVerification) -> PaperDocument {
        let sheet = verification.sheet
        let receipt = sheet.head
        var elements: [PaperElement] = [
            .heading(PrintableText(profile.name)),
            .centred(words("凭条验真", "Receipt verification")),
            .banner(banner(sheet)), .rule,
            pair("单号", "Receipt", receipt.number.text),
            pair("网点", "Station", sheet.stationName),
            pair("营业日", "Business date", receipt.number.businessDate.description),
        ]
        for item in sheet.items {
            elements += [
                .pair(
                    words("业务", "Service"), .text(item.receipt.title(language))),
                .pair(
                    item.receipt.kind.referenceLabel(language),
                    .text(Self.masked(item.receipt.accountReference))),
                .pair(
                    words("状态", "Status"), .text(ReceiptDocument.status(of: item, language))),
            ]
            // Of what takes another one back: that it is there does not say that cash was paid.
            if item.receipt.original != nil, let notice = item.receipt.notice(language) {
                elements.append(.text(notice))
            }
        }
        let total = ReceiptDocument.totalFen(sheet.items)
        elements.append(
            .total(ReceiptDocument.totalLabel(sheet.items, language), .amountFen(total)))
        if language == .chinese {
            elements.append(
                .pair("大写", .text(PrintableText("人民币" + CapitalAmount.text(total)))))
        }
        elements.append(
            pair(
                "已打印", "Printed",
                words("\(verification.printCount) 次", "\(verification.printCount) times").text))
        elements.append(.rule)
        elements += proof(verification.proof)
        elements.append(advice)
        return page(elements)
    }

    /// The page of a link that no receipt has.
    public var unknown: PaperDocument {
        page([
            .heading(PrintableText(profile.name)),
            .centred(words("凭条验真", "Receipt verification")),
            .banner(words("查无此凭条", "There is no such receipt")), .rule,
            .text(
                words(
                    "请重新扫描凭条上的二维码。如仍无结果，请向网点或上级便民服务中心核实。",
                    "Scan the code on the receipt again. If this page comes again, ask the station "
                        + "or the centre above it.")),
        ])
    }

    // Who is shown a paper that was voided since must not read that it is genuine and no more.
    private func banner(_ sheet: ReceiptSheet) -> PrintableText {
        let isGood = sheet.items.allSatisfy {
            $0.receipt.status == .posted && $0.receipt.corrections.isEmpty
        }
        guard !isGood else { return words("本凭条真实", "This receipt is genuine") }
        let status = ReceiptDocument.status(of: sheet, language)
        return words("凭条存在，状态：\(status)", "It exists; its status: \(status)")
    }

    private var advice: PaperElement {
        .text(
            words(
                "请核对以上内容是否与手中凭条一致；不一致的，请向上级便民服务中心反映。",
                "Compare this with the paper in your hand; where they differ, tell the centre "
                    + "above the station."))
    }

    private func proof(_ proof: ReceiptVerification.Proof) -> [PaperElement] {
        switch proof {
        case .none: [.text(words("账务：尚未入账或未发生。", "Ledger: nothing is booked, or not yet."))]
        case .open:
            [
                .text(
                    words(
                        "账务：已入账，当日账簿尚未封存。",
                        "Ledger: booked; the book of that date is still open."))
            ]
        case .sealed(let head):
            [
                .text(
                    words(
                        "账务：已入账并封存，证明核对无误。",
                        "Ledger: booked and sealed; the proof was checked just now.")),
                pair("封存日", "Sealed with", head.businessDate?.description ?? ""),
                pair("账簿根", "Root", String(head.root.hex.prefix(16))),
            ]
        }
    }

    private func words(_ chinese: String, _ english: String) -> PrintableText {
        language.words(chinese, english)
    }

    private func pair(_ chinese: String, _ english: String, _ value: String) -> PaperElement {
        .pair(words(chinese, english), .text(PrintableText(value)))
    }

    private func page(_ elements: [PaperElement]) -> PaperDocument {
        PaperDocument(
            title: words("凭条验真", "Receipt verification"), language: language.tag,
            elements: elements)
    }

    /// The last four characters of a reference; stars for the rest, and for a shorter one wholly.
    static func masked(_ reference: String) -> PrintableText {
        let shown = 4
        guard reference.count > shown else {
            return PrintableText(String(repeating: "*", count: shown))
        }
        return PrintableText(
            String(repeating: "*", count: reference.count - shown) + reference.suffix(shown))
    }
}
