import Printing

/// What an item was of, line by line.
extension ReceiptDocument {
    typealias Fact = (label: PrintableText, value: PrintableText)

    /// Everything that an item shows beside its name and its money.
    func facts(_ item: ReceiptSheet.Item) -> [Fact] {
        let receipt = item.receipt
        var facts = item.goods.map(goods) ?? [reference(item)]
        if let bill = item.bill { facts += self.bill(bill) }
        if !receipt.token.isEmpty { facts.append(fact("充值码", "Token", receipt.token)) }
        if !receipt.partnerReference.isEmpty {
            facts.append(fact("对方号", "Reference", receipt.partnerReference))
        }
        if let journey = item.journey { facts += self.journey(journey) }
        for ticket in item.tickets {
            let texts = [ticket.principalNumber, ticket.passenger].filter { !$0.isEmpty }
            facts.append(
                fact(
                    "第\(ticket.item)张", "Ticket \(ticket.item)", texts.joined(separator: " ")))
        }
        return facts
    }

    private func fact(_ chinese: String, _ english: String, _ value: String) -> Fact {
        (words(chinese, english), PrintableText(value))
    }

    private func reference(_ item: ReceiptSheet.Item) -> Fact {
        let receipt = item.receipt
        let isOffer = item.journey?.kind.isOffer ?? false
        let label =
            isOffer ? words("票品", "Offer") : receipt.kind.referenceLabel(language)
        return (label, PrintableText(receipt.accountReference))
    }

    private func bill(_ bill: ReceiptSheet.BillLine) -> [Fact] {
        var facts = [fact("所属期", "Period", bill.period)]
        if !bill.insured.isEmpty {
            let count = bill.insured.count
            facts.append(
                fact(
                    "参保人(\(count)人)", "Insured (\(count))",
                    bill.insured.joined(separator: " ")))
        }
        return facts
    }

    private func journey(_ journey: ReceiptSheet.Journey) -> [Fact] {
        let start = "\(journey.date) \(journey.time)"
        let seats = journey.seats.map { seats in
            let (fareClass, count) = (seats.fareClass, seats.count)
            return words("\(fareClass.chinese)\(count)", "\(count) \(fareClass.rawValue)").text
        }.joined(separator: words("、", ", ").text)
        switch journey.kind {
        case .trip:
            return [
                fact("行程", "Route", "\(journey.origin) → \(journey.destination)"),
                fact("发车", "Departs", start), fact("席位", "Seats", seats),
            ]
        case .pass:
            return [
                fact("项目", "Name", journey.origin), fact("地点", "Venue", journey.destination),
                fact("日期", "Date", journey.date.description),
                fact("截止", "Closes", journey.time), fact("张数", "Tickets", seats),
            ]
        case .event:
            return [
                fact("项目", "Name", journey.origin), fact("地点", "Venue", journey.destination),
                fact("开始", "Begins", start), fact("张数", "Tickets", seats),
            ]
        }
    }

    /// The longest range of serials on one line: its dash takes two columns of a printer.
    private static let maximumRangeLength = RollPaper.narrow.columns - 1

    private func goods(_ goods: ReceiptSheet.GoodsLine) -> [Fact] {
        var facts = [fact("品名", "Item", goods.name)]
        let label = goods.isCard ? words("卡号", "Card no.") : words("票号", "Ticket no.")
        for range in goods.ranges {
            let text = range.first == range.last ? range.first : "\(range.first)–\(range.last)"
            if text.count <= Self.maximumRangeLength {
                facts.append((label, PrintableText(text)))
            } else {
                facts.append((label, PrintableText(range.first + "–")))
                facts.append((words("至", "to"), PrintableText(range.last)))
            }
        }
        if goods.count > 1 { facts.append(fact("张数", "Count", String(goods.count))) }
        return facts
    }
}

extension FareClass {
    /// The name on a Chinese receipt.
    fileprivate var chinese: String {
        switch self {
        case .adult: "成人"
        case .child: "儿童"
        case .senior: "老人"
        }
    }
}
