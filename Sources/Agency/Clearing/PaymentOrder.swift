import CivilTime
import Ledger
import Printing

/// An approved payment to a partner as ISO 20022 pain.001.001.09, for the bank's own upload.
public enum PaymentOrder {
    /// The bytes of the order.
    ///
    /// - Throws: `Refusal` with `noInstruction` for what is no approved payment out, and
    ///   `bankDetailsMissing` when the own account is not known.
    public static func xml(
        of instruction: SettlementInstruction, from profile: AgencyProfile
    ) throws(Refusal) -> [UInt8] {
        guard instruction.direction == .outgoing, let bank = instruction.partnerBank,
            let approvedAt = instruction.decidedAt, instruction.state == .approved
        else {
            throw Refusal(
                .noInstruction,
                "there is no approved payment that the agency owes; a request for payment is sent "
                    + "to the partner",
                zh: "没有待付的已审批指令；应收款项请通知合作单位付款")
        }
        guard let own = instruction.ownBank else {
            throw Refusal(
                .bankDetailsMissing,
                "the centre has no bank account; give bank_name and bank_account in network.json",
                zh: "本中心没有银行账户；请在 network.json 登记 bank_name 与 bank_account")
        }
        let time = profile.zone.text(approvedAt)
        let amount = YuanText.plain(instruction.amountFen)
        let currency = profile.currency.code
        return [UInt8](
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
              <CstmrCdtTrfInitn>
                <GrpHdr>
                  <MsgId>\(XMLText.escaped(instruction.reference))</MsgId>
                  <CreDtTm>\(time)</CreDtTm>
                  <NbOfTxs>1</NbOfTxs>
                  <CtrlSum>\(amount)</CtrlSum>
                  <InitgPty><Nm>\(XMLText.escaped(profile.name))</Nm></InitgPty>
                </GrpHdr>
                <PmtInf>
                  <PmtInfId>\(XMLText.escaped(instruction.reference))</PmtInfId>
                  <PmtMtd>TRF</PmtMtd>
                  <ReqdExctnDt><Dt>\(time.prefix(10))</Dt></ReqdExctnDt>
                  <Dbtr><Nm>\(XMLText.escaped(profile.name))</Nm></Dbtr>
                  <DbtrAcct><Id><Othr><Id>\(XMLText.escaped(own.account))</Id></Othr></Id></DbtrAcct>
                  <DbtrAgt><FinInstnId><Nm>\(XMLText.escaped(own.name))</Nm></FinInstnId></DbtrAgt>
                  <CdtTrfTxInf>
                    <PmtId><EndToEndId>\(XMLText.escaped(instruction.reference))</EndToEndId></PmtId>
                    <Amt><InstdAmt Ccy="\(currency)">\(amount)</InstdAmt></Amt>
                    <CdtrAgt><FinInstnId><Nm>\(XMLText.escaped(bank.name))</Nm></FinInstnId></CdtrAgt>
                    <Cdtr><Nm>\(XMLText.escaped(bank.holder))</Nm></Cdtr>
                    <CdtrAcct><Id><Othr><Id>\(XMLText.escaped(bank.account))</Id></Othr></Id></CdtrAcct>
                    <RmtInf><Ustrd>\(XMLText.escaped(instruction.reference))</Ustrd></RmtInf>
                  </CdtTrfTxInf>
                </PmtInf>
              </CstmrCdtTrfInitn>
            </Document>

            """.utf8)
    }
}
