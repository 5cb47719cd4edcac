import CivilTime
import Printing
import Settlement

extension AccountStatement {
    /// The statement as ISO 20022 `camt.053.001.08`: an entry for each date and type, and for each
    /// payment.
    ///
    /// Credits are what the agency owes the partner more. The entries lead from the opening to the
    /// closing balance. It was created when its last date was closed: the same statement has the
    /// same bytes whenever it is asked for.
    public func camt053(zone: ZoneOffset) -> [UInt8] {
        let id = "APS-\(partnerCode)-\(first.compact)-\(last.compact)"
        let created = zone.text(closedAt)
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
            <Nm>\(XMLText.escaped(partnerName))</Nm></Acct>

            """
        text += balance("OPBD", openingFen, first)
        text += balance("CLBD", closingFen, last)
        var number = 0
        for day in days {
            for total in day.totals where total.netFen != 0 {
                number += 1
                text += lines(number, day, total)
            }
            for payment in day.payments {
                number += 1
                text += transfer(number, day, payment)
            }
        }
        text += "</Stmt>\n</BkToCstmrStmt>\n</Document>\n"
        return [UInt8](text.utf8)
    }

    private func balance(_ code: String, _ fen: Int64, _ date: BusinessDate) -> String {
        "<Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp>" + amount(fen)
            + "<Dt><Dt>\(date)</Dt></Dt></Bal>\n"
    }

    /// The lines of one type in the file of a date.
    private func lines(_ number: Int, _ day: Day, _ total: SettlementTotalRow) -> String {
        let count = total.postedCount + total.reversedCount
        return entry(
            number, day, total.type.rawValue, total.netFen, valueDate: day.date,
            rest: "<NtryDtls><Btch><NbOfTxs>\(count)</NbOfTxs></Btch></NtryDtls>"
                + "<AddtlNtryInf>\(XMLText.escaped(day.fileName))</AddtlNtryInf>")
    }

    /// A payment under the names that the bank knows it by; its value date is the bank's.
    private func transfer(_ number: Int, _ day: Day, _ payment: Payment) -> String {
        let bank =
            payment.bankReference.isEmpty
            ? "" : "<AcctSvcrRef>\(XMLText.escaped(payment.bankReference))</AcctSvcrRef>"
        return entry(
            number, day, "PAYMENT", payment.amountFen, valueDate: payment.bookingDate,
            rest: "<NtryDtls><TxDtls><Refs>" + bank
                + "<EndToEndId>\(XMLText.escaped(payment.reference))</EndToEndId>"
                + "</Refs></TxDtls></NtryDtls>")
    }

    private func entry(
        _ number: Int, _ day: Day, _ code: String, _ fen: Int64, valueDate: BusinessDate,
        rest: String
    ) -> String {
        "<Ntry><NtryRef>\(number)</NtryRef>" + amount(fen)
            + "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>\(day.date)</Dt></BookgDt>"
            + "<ValDt><Dt>\(valueDate)</Dt></ValDt>"
            + "<BkTxCd><Prtry><Cd>\(code)</Cd></Prtry></BkTxCd>" + rest + "</Ntry>\n"
    }

    private func amount(_ fen: Int64) -> String {
        "<Amt Ccy=\"\(currency)\">\(YuanText.plain(fen < 0 ? -fen : fen))</Amt>"
            + "<CdtDbtInd>\(fen < 0 ? "DBIT" : "CRDT")</CdtDbtInd>"
    }
}
