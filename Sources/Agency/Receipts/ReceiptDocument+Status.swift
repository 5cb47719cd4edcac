import Printing

extension Receipt {
    /// The heading of its kind, and whether it takes another one back.
    func title(_ language: ReceiptLanguage) -> PrintableText {
        let title = kind.title(language)
        guard let correction = original?.correction.text(language) else { return title }
        return language.words("\(title)（\(correction)）", "\(title) (\(correction))")
    }

    /// Where it stands; of what takes another one back, what that means for the customer's cash.
    func statusText(_ language: ReceiptLanguage) -> PrintableText {
        if status == .posted, returnDueFen > 0 {
            return language.words("已确认 待付款", "Confirmed, to be paid out")
        }
        guard original != nil else { return status.text(language) }
        switch status {
        // That the call was reversed says nothing to a customer whose payment stands.
        case .reversed: return TransactionStatus.declined.text(language)
        case .pending, .authorised, .unknown, .returnDue, .posted, .declined, .returned:
            return status.text(language)
        }
    }

    /// What the customer must know of a receipt that is not the last word.
    func notice(_ language: ReceiptLanguage) -> PrintableText? {
        if status == .posted, returnDueFen > 0 {
            let due = YuanText.plain(returnDueFen)
            return language.words(
                "对方已确认，款项尚未付出。请凭本凭条领取 \(due) 元。",
                "It is confirmed, and nothing was paid out yet: \(due) CNY are paid out on this "
                    + "receipt.")
        }
        guard original != nil else { return status.notice(language) }
        switch status {
        case .posted: return nil
        case .pending, .authorised, .unknown, .returnDue:
            return language.words(
                "对方尚未确认，款项尚未付出。请凭本凭条查询。",
                "It is not confirmed yet and nothing was paid out. Ask with this receipt.")
        case .declined, .reversed, .returned:
            return language.words(
                "对方未同意，没有付款；原业务仍然有效。",
                "It was not agreed to: nothing was paid out, and the original stands.")
        }
    }
}

extension ReceiptDocument {
    /// Whether money stays where an item put it: it did not come to nothing, nor was all undone.
    static func stands(_ item: ReceiptSheet.Item) -> Bool {
        item.receipt.status.countsInTotal && !item.receipt.isUndone
    }

    /// What passes over the counter for all items together; what came to nothing does not count.
    ///
    /// Of one item alone, what was undone does not count either. A basket's total stays what its
    /// tender was for: each undone item says so in its line, and has a receipt of its own.
    static func totalFen(_ items: [ReceiptSheet.Item]) -> Int64 {
        guard items.count > 1 else {
            return items.first.map { stands($0) ? $0.receipt.totalFen : 0 } ?? 0
        }
        return items.filter(\.receipt.status.countsInTotal).reduce(0) { sum, item in
            switch item.receipt.kind.cashFlow {
            case .takenIn, .none: sum + item.receipt.totalFen
            case .paidOut: sum - item.receipt.amountFen + item.receipt.feeFen
            }
        }
    }

    /// What the total is called: of cash that was handed out it is less the fee, and no sum of both.
    static func totalLabel(
        _ items: [ReceiptSheet.Item], _ language: ReceiptLanguage
    ) -> PrintableText {
        let isHandedOut = items.allSatisfy { item in
            let receipt = item.receipt
            return switch receipt.kind.cashFlow {
            case .paidOut: receipt.status == .posted && receipt.returnDueFen == 0
            case .takenIn, .none: false
            }
        }
        return isHandedOut
            ? language.words("付给客户(元)", "Paid to customer (CNY)")
            : language.words("合计(元)", "Total (CNY)")
    }

    static func status(of item: ReceiptSheet.Item, _ language: ReceiptLanguage) -> PrintableText {
        guard let last = item.receipt.corrections.last else {
            return item.receipt.statusText(language)
        }
        return last.correction.doneText(language, isWhole: item.receipt.isUndone)
    }

    static func status(of sheet: ReceiptSheet, _ language: ReceiptLanguage) -> PrintableText {
        let all = Set(sheet.items.map { status(of: $0, language) })
        guard let status = all.first, all.count == 1 else {
            return language.words("见各项", "See items")
        }
        return status
    }
}
