import Printing

/// The language of a receipt's words; names and references stay as they are in the book.
public enum ReceiptLanguage: String, CaseIterable, Sendable {
    case chinese = "zh"
    case english = "en"

    /// The language as a BCP 47 tag.
    public var tag: String {
        switch self {
        case .chinese: "zh-CN"
        case .english: "en"
        }
    }

    /// The words of this language.
    func words(_ chinese: String, _ english: String) -> PrintableText {
        switch self {
        case .chinese: PrintableText(chinese)
        case .english: PrintableText(english)
        }
    }
}

extension TransactionKind {
    /// The heading of its receipt.
    func title(_ language: ReceiptLanguage) -> PrintableText {
        switch self {
        case .billPayment: language.words("代理缴费凭条", "Bill payment receipt")
        case .ticketSale: language.words("代售票凭条", "Ticket receipt")
        case .stockSale: language.words("代售凭条", "Sales receipt")
        case .prizePayment: language.words("兑奖凭条", "Prize payment receipt")
        case .withdrawal: language.words("助农取款凭条", "Cash withdrawal receipt")
        case .remittance: language.words("现金汇款凭条", "Cash remittance receipt")
        case .transfer: language.words("转账凭条", "Transfer receipt")
        }
    }

    /// What its account reference is.
    func referenceLabel(_ language: ReceiptLanguage) -> PrintableText {
        switch self {
        case .billPayment: language.words("户号", "Account")
        case .ticketSale: language.words("车次", "Trip")
        case .stockSale, .prizePayment: language.words("票号", "Ticket no.")
        case .withdrawal: language.words("卡号", "Card")
        case .remittance, .transfer: language.words("账号", "Account")
        }
    }
}

extension TransactionStatus {
    func text(_ language: ReceiptLanguage) -> PrintableText {
        switch self {
        case .pending: language.words("处理中", "In progress")
        case .authorised: language.words("已授权 待付款", "Authorised, not paid out")
        case .unknown: language.words("处理中 待确认", "To be confirmed")
        case .returnDue: language.words("未成功 待退款", "Failed, refund due")
        case .posted: language.words("成功", "Completed")
        case .declined: language.words("对方拒绝", "Declined")
        case .reversed: language.words("已冲正", "Reversed")
        case .returned: language.words("未成功 已退款", "Failed, refunded")
        }
    }

    /// What the customer must know of a receipt that is not the last word.
    func notice(_ language: ReceiptLanguage) -> PrintableText? {
        switch self {
        case .pending, .authorised:
            language.words(
                "本笔业务尚未完成，不作为付款凭证。", "This is not complete and proves no payment.")
        case .unknown:
            language.words(
                "款项已收，结果待确认。请勿重复缴费，请凭本凭条查询。",
                "The money was taken and the result is awaited. Do not pay again; ask with this "
                    + "receipt.")
        case .returnDue:
            language.words(
                "缴费未成功，请凭本凭条退款。", "The payment failed; this receipt entitles to a refund.")
        case .posted, .declined, .reversed, .returned: nil
        }
    }

    /// Whether the customer's money stays with us, or ours with him.
    var countsInTotal: Bool {
        switch self {
        case .pending, .authorised, .unknown, .returnDue, .posted: true
        case .declined, .reversed, .returned: false
        }
    }
}

extension Correction {
    func text(_ language: ReceiptLanguage) -> PrintableText {
        switch self {
        case .void: language.words("抹账", "Void")
        case .refund: language.words("退款", "Refund")
        }
    }

    /// What the receipt of the original says from then on.
    func doneText(_ language: ReceiptLanguage, isWhole: Bool) -> PrintableText {
        switch (self, isWhole) {
        case (.void, true): language.words("已抹账", "Voided")
        case (.refund, true): language.words("已退款", "Refunded")
        case (.void, false): language.words("部分抹账", "Partly voided")
        case (.refund, false): language.words("部分退款", "Partly refunded")
        }
    }
}
