import CivilTime
import Printing
import Settlement

extension AccountStatement {
    /// The statement as ISO 20022 `camt.053.001.08`, with one entry for each date and type.
    ///
    /// Credits are what the agency owes the partner more. The entries lead from the opening to the
    /// closing balance.
    public func camt053(createdAt: Instant, zone: ZoneOffset) -> [UInt8] {
        let id = "APS-\(partnerCode)-\(first.compact)-\(last.compact)"
        let created = zone.text(createdAt)
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
            <BkToCstmrStmt>
            <GrpHdr><MsgId>\(id)</MsgId><CreDtTm>\(created)</CreDtTm></GrpHdr>
            <Stmt>
            <Id>\(id)</Id>
            <CreDtTm>\(created)</CreDtTm>
            <FrToDt><FrDtTm>\(zone.text(zone.midnight(startOf: first)))</FrDtTm>\
            <ToDtTm>\(zone.text(zone.midnight(startOf: last.adding(days: 1))))</ToDtTm></FrToDt>
            <Acct><Id><Othr><Id>2202.\(partnerCode)</Id></Othr></Id><Ccy>\(currency)</Ccy>\
            <Nm>\(Self.escaped(partnerName))</Nm></Acct>

            """
        text += balance("OPBD", openingFen, first)
        text += balance("CLBD", closingFen, last)
        var number = 0
        for day in days {
            for total in day.totals where total.netFen != 0 {
                number += 1
                text += entry(
                    number, day, total.type.rawValue, total.netFen,
                    count: total.postedCount + total.reversedCount)
            }
            if day.paymentFen != 0 {
                number += 1
                text += entry(number, day, "PAYMENT", day.paymentFen, count: nil)
            }
        }
        text += "</Stmt>\n</BkToCstmrStmt>\n</Document>\n"
        return [UInt8](text.utf8)
    }

    private func balance(_ code: String, _ fen: Int64, _ date: BusinessDate) -> String {
        "<Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp>" + amount(fen)
            + "<Dt><Dt>\(date)</Dt></Dt></Bal>\n"
    }

    private func entry(
        _ number: Int, _ day: Day, _ code: String, _ fen: Int64, count: Int64?
    ) -> String {
        let details = count.map {
            "<NtryDtls><Btch><NbOfTxs>\($0)</NbOfTxs></Btch></NtryDtls>"
        }
        return "<Ntry><NtryRef>\(number)</NtryRef>" + amount(fen)
            + "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>\(day.date)</Dt></BookgDt>"
            + "<ValDt><Dt>\(day.date)</Dt></ValDt>"
            + "<BkTxCd><Prtry><Cd>\(code)</Cd></Prtry></BkTxCd>" + (details ?? "")
            + "<AddtlNtryInf>\(Self.escaped(day.fileName))</AddtlNtryInf></Ntry>\n"
    }

    private func amount(_ fen: Int64) -> String {
        "<Amt Ccy=\"\(currency)\">\(YuanText.plain(fen < 0 ? -fen : fen))</Amt>"
            + "<CdtDbtInd>\(fen < 0 ? "DBIT" : "CRDT")</CdtDbtInd>"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case _: escaped.append(character)
            }
        }
        return escaped
    }
}
