import CivilTime

/// Reads ISO 20022 camt.053, versions 02 and 08: what a bank booked on our accounts.
enum CamtStatement {
    static let namespaces = [
        "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02",
        "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
    ]
    /// What a bank writes for a reference that the payer did not give.
    private static let notProvided = "NOTPROVIDED"

    /// The statements of a file, or why all of it is refused.
    static func read(
        _ bytes: [UInt8], currency: String
    ) throws(StatementFault) -> [ParsedStatement] {
        let root = try XMLReader.root(of: bytes)
        // The root's own prefix, if it has one, is declared on it.
        let namespace = root.attributes.first {
            $0.key.hasPrefix("xmlns") && namespaces.contains($0.value)
        }
        guard root.name == "Document", namespace != nil, let report = root["BkToCstmrStmt"] else {
            throw StatementFault(
                line: root.line,
                "this is no camt.053 of version 02 or 08; ask the bank for one of these",
                zh: "不是 camt.053（02 或 08 版）对账单；请向银行索取该格式")
        }
        let nodes = report.all("Stmt")
        guard !nodes.isEmpty, nodes.count <= StatementLimits.maximumStatements else {
            throw StatementFault(
                line: report.line,
                "the file has \(nodes.count) statements; 1 to "
                    + "\(StatementLimits.maximumStatements) are taken",
                zh: "文件含 \(nodes.count) 份对账单；应为 1 至 "
                    + "\(StatementLimits.maximumStatements) 份")
        }
        var statements: [ParsedStatement] = []
        for node in nodes { statements.append(try statement(node, currency: currency)) }
        for (index, statement) in statements.enumerated() {
            let isTwice = statements[..<index].contains {
                $0.account == statement.account && $0.id == statement.id
            }
            guard !isTwice else {
                throw StatementFault(
                    line: nodes[index].line,
                    "statement \(statement.id) of one account comes twice, as if in pages; ask the "
                        + "bank for it as one",
                    zh: "同一账户的对账单 \(statement.id) 出现两次（可能分页）；请向银行索取完整的一份")
            }
        }
        let count = statements.reduce(0) { $0 + $1.entries.count }
        guard count <= StatementLimits.maximumEntries else {
            throw StatementFault(
                "the file has \(count) entries; at most \(StatementLimits.maximumEntries) are "
                    + "taken, ask for a shorter period",
                zh: "文件含 \(count) 笔，最多 \(StatementLimits.maximumEntries) 笔；请缩短期间")
        }
        return statements
    }

    private static func statement(
        _ node: XMLNode, currency: String
    ) throws(StatementFault) -> ParsedStatement {
        let account = node.at("Acct", "Id", "IBAN") ?? node.at("Acct", "Id", "Othr", "Id")
        var statement = ParsedStatement(
            format: .camt053, account: try reference(account, "Acct/Id", in: node),
            id: try reference(node["Id"], "Id", in: node), openingFen: nil, closingFen: nil,
            entries: [])
        if let own = node.at("Acct", "Ccy"), own.text != currency { throw foreign(own, currency) }
        statement.openingFen = try balance(["OPBD", "PRCD"], in: node, currency)
        statement.closingFen = try balance(["CLBD"], in: node, currency)
        for (index, entry) in node.all("Ntry").enumerated() {
            do {
                if let entry = try self.entry(entry, currency: currency) {
                    statement.entries.append(entry)
                }
            } catch {
                throw error.of(entry: index + 1)
            }
        }
        try statement.checkBalances()
        return statement
    }

    /// A booked entry; nothing for one that is announced or pending.
    private static func entry(
        _ node: XMLNode, currency: String
    ) throws(StatementFault) -> ParsedStatement.Entry? {
        for name in ["Amt", "CdtDbtInd", "Sts", "BookgDt"] where node.all(name).count > 1 {
            throw StatementFault(
                line: node.line, "\(name) comes twice in one entry; ask the bank for a valid file",
                zh: "同一笔中 \(name) 出现两次；请向银行索取正确的对账单")
        }
        guard let status = node.at("Sts", "Cd") ?? node["Sts"] else { throw missing("Sts", node) }
        guard status.text == "BOOK" else { return nil }
        let amount = try self.amount(node, currency)
        guard amount > 0 else {
            throw StatementFault(
                line: node.line, "the amount is 0; ask the bank what it booked",
                zh: "金额为 0；请向银行核实")
        }
        guard let date = node.at("BookgDt", "Dt") ?? node.at("BookgDt", "DtTm") else {
            throw missing("BookgDt", node)
        }
        let details = node.all("NtryDtls").flatMap { $0.all("TxDtls") }
        var entry = ParsedStatement.Entry(
            direction: try direction(node), amountFen: amount, bookingDate: try self.date(date))
        let own = node["AcctSvcrRef"] ?? node["NtryRef"]
        entry.bankReference = String(
            (own?.text ?? details.first?.at("Refs", "AcctSvcrRef")?.text ?? "")
                .prefix(StatementLimits.referenceCharacters.upperBound))
        var texts = details.flatMap { $0["RmtInf"]?.all("Ustrd").map(\.text) ?? [] }
        texts += [node["AddtlNtryInf"]?.text ?? ""]
        let remittance = texts.filter { !$0.isEmpty }.joined(separator: " ")
        entry.remittance = String(remittance.prefix(StatementLimits.remittanceCharacters))
        if details.count == 1, let id = details[0].at("Refs", "EndToEndId")?.text,
            id != notProvided
        {
            guard id.count <= StatementLimits.referenceCharacters.upperBound else {
                throw tooLong("EndToEndId", node)
            }
            entry.endToEndID = id
        }
        if details.count > 1 { entry.obstacle = .batchBooking }
        if node["RvslInd"]?.text == "true" || node["RvslInd"]?.text == "1" {
            entry.obstacle = .reversal
        }
        return entry
    }

    /// The one balance of a kind, credit positive.
    private static func balance(
        _ codes: [String], in node: XMLNode, _ currency: String
    ) throws(StatementFault) -> Int64 {
        let found = node.all("Bal").filter {
            codes.contains($0.at("Tp", "CdOrPrtry", "Cd")?.text ?? "")
        }
        guard found.count == 1 else {
            throw StatementFault(
                line: node.line,
                "the statement has \(found.count) balances \(codes[0]) where one is needed; ask "
                    + "the bank for the whole statement",
                zh: "对账单应有且仅有一个 \(codes[0]) 余额，实际 \(found.count) 个；"
                    + "请向银行索取完整对账单")
        }
        let amount = try self.amount(found[0], currency)
        switch try direction(found[0]) {
        case .incoming: return amount
        case .outgoing: return -amount
        }
    }

    private static func amount(_ node: XMLNode, _ currency: String) throws(StatementFault) -> Int64
    {
        guard let amount = node["Amt"] else { throw missing("Amt", node) }
        guard amount.attributes["Ccy"] == currency else { throw foreign(amount, currency) }
        guard let fen = StatementAmount.fen(amount.text) else {
            throw StatementFault(
                line: amount.line,
                "the amount is not yuan with at most two places; ask the bank for a correct file",
                zh: "金额格式有误，应为最多两位小数的元；请向银行索取正确文件")
        }
        return fen
    }

    private static func direction(_ node: XMLNode) throws(StatementFault) -> MoneyDirection {
        switch node["CdtDbtInd"]?.text {
        case "CRDT": return .incoming
        case "DBIT": return .outgoing
        case _: throw missing("CdtDbtInd", node)
        }
    }

    private static func date(_ node: XMLNode) throws(StatementFault) -> BusinessDate {
        guard let date = BusinessDate(node.text.prefix(10)) else {
            throw StatementFault(
                line: node.line, "this is no date; ask the bank for a correct file",
                zh: "日期有误；请向银行索取正确文件")
        }
        return date
    }

    private static func reference(
        _ node: XMLNode?, _ name: String, in parent: XMLNode
    ) throws(StatementFault) -> String {
        guard let text = node?.text, !text.isEmpty else { throw missing(name, parent) }
        guard text.count <= StatementLimits.referenceCharacters.upperBound else {
            throw tooLong(name, parent)
        }
        return text
    }

    private static func missing(_ name: String, _ node: XMLNode) -> StatementFault {
        StatementFault(
            line: node.line,
            "\(name) is missing or not as it must be; ask the bank for a whole file",
            zh: "缺少 \(name) 或其值有误；请向银行索取完整文件")
    }

    private static func tooLong(_ name: String, _ node: XMLNode) -> StatementFault {
        StatementFault(
            line: node.line,
            "\(name) is longer than 35 characters; ask the bank for a correct file",
            zh: "\(name) 超过 35 个字符；请向银行索取正确文件")
    }

    private static func foreign(_ node: XMLNode, _ currency: String) -> StatementFault {
        StatementFault(
            line: node.line, "the currency is not \(currency); import that account's own statement",
            zh: "币种不是 \(currency)；请导入正确账户的对账单")
    }
}
