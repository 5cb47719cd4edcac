import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// A bank's file on its way into the book.
public struct BankStatementFile: Sendable {
    let statements: [ParsedStatement]
    let digest: SHA256Digest

    /// Reads an ISO 20022 camt.053 file.
    ///
    /// - Throws: `StatementFault`.
    public static func camt053(
        _ bytes: [UInt8], currency: Currency
    ) throws(StatementFault) -> BankStatementFile {
        BankStatementFile(
            statements: try CamtStatement.read(bytes, currency: currency.code),
            digest: SHA256.hash(bytes))
    }

    /// Reads a table by a mapping of its columns.
    ///
    /// - Parameters:
    ///   - account: whose statement it is.
    ///   - id: which statement of the account it is.
    /// - Throws: `StatementFault`.
    public static func csv(
        _ bytes: [UInt8], mapping: StatementMapping, account: String, id: String
    ) throws(StatementFault) -> BankStatementFile {
        BankStatementFile(
            statements: [
                try CSVStatement.read(bytes, mapping: mapping, account: account, id: id)
            ],
            digest: SHA256.hash(bytes))
    }

    /// The accounts whose statements it holds.
    public var accounts: [String] { statements.map(\.account) }
}

/// Statements of the bank: taken once and whole; what they confirm is posted in the same command.
extension AgencySession {
    /// Takes a bank's file; its answer tells each statement and how many entries wait for people.
    ///
    /// The same file again changes nothing.
    /// - Parameter principal: who hands it in; nothing at the server's console.
    /// - Throws: `Refusal` with `operatorNotAllowed`, `notPermitted`, `unknownBankAccount`,
    ///   `bankStatementChanged`.
    public func importStatements(
        _ file: BankStatementFile, by principal: Principal?
    ) throws -> [UInt8] {
        if let principal { try checkSettles(principal) }
        var taken: [(id: Int64, isRepeated: Bool)] = []
        for statement in file.statements {
            let centre = try centre(of: statement)
            if let known = try known(statement, file.digest) {
                taken.append((known, true))
            } else {
                taken.append((try take(statement, file.digest, centre, by: principal), false))
            }
        }
        let reader = BankStatementReader(connection, zone: profile.zone)
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("is_repeated", taken.allSatisfy { $0.isRepeated })
        writer.key("bank_statements")
        writer.beginArray()
        for statement in taken { try reader.encodeStatement(statement.id, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func centre(of statement: ParsedStatement) throws -> ID<Centre> {
        let found = try connection.prepare("SELECT centre_id FROM centre WHERE bank_account = $1")
            .first(.text(statement.account)) { ID<Centre>($0.integer(0)) }
        guard let found else {
            throw Refusal(
                .unknownBankAccount,
                "no centre has the bank account of statement \(statement.id); check the account, or "
                    + "give bank_account in network.json",
                zh: "没有任何中心登记对账单 \(statement.id) 的账号；请核对账号，"
                    + "或在 network.json 登记 bank_account")
        }
        return found
    }

    /// The statement that the book has already, from the same bytes.
    private func known(_ statement: ParsedStatement, _ digest: SHA256Digest) throws -> Int64? {
        // A table tells no id of its own: its bytes do, under whatever id they come again.
        let found = try connection.prepare(
            """
            SELECT statement_id, digest FROM bank_statement WHERE account = $1
                AND (external_id = $2 OR digest = $3 AND format = 'csv')
            ORDER BY digest = $3 DESC LIMIT 1
            """
        ).first(.text(statement.account), .text(statement.id), .text(digest.hex)) {
            ($0.integer(0), $0.text(1))
        }
        guard let (id, known) = found else { return nil }
        guard known == digest.hex else {
            throw Refusal(
                .bankStatementChanged,
                "statement \(statement.id) of this account was imported with other bytes; ask the "
                    + "bank which one is right, a corrected one has an id of its own",
                zh: "该账户的对账单 \(statement.id) 已导入且内容不同；请向银行核实，"
                    + "更正后的对账单应有新编号")
        }
        return id
    }

    private func take(
        _ statement: ParsedStatement, _ digest: SHA256Digest, _ centre: ID<Centre>,
        by principal: Principal?
    ) throws -> Int64 {
        let id = try connection.prepare(
            """
            INSERT INTO bank_statement (centre_id, account, external_id, format, digest,
                opening_fen, closing_fen, entry_count, imported_at, imported_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING statement_id
            """
        ).first(
            .integer(centre.number), .text(statement.account), .text(statement.id),
            .text(statement.format.rawValue), .text(digest.hex), .integer(statement.openingFen),
            .integer(statement.closingFen), .integer(Int64(statement.entries.count)),
            .integer(now.millisecondsSinceEpoch), .integer(principal?.staff.number)
        ) { $0.integer(0) }
        guard let id else { preconditionFailure("RETURNING gives a row or an error") }
        for (index, entry) in statement.entries.enumerated() {
            try take(entry, position: index + 1, of: id, on: centre)
        }
        return id
    }

    private func take(
        _ entry: ParsedStatement.Entry, position: Int, of statement: Int64, on centre: ID<Centre>
    ) throws {
        var settled: (instruction: SettlementInstruction, entry: ID<JournalEntry>)?
        var reason: StatementEntryReason?
        switch try StatementMatching(connection)
            .finding(of: entry, in: statement, on: centre)
        {
        case .unmatched(let found): reason = found
        case .settles(let instruction):
            do {
                let money = try deposit(of: centre)
                settled = (instruction, try confirm(instruction, through: money))
            } catch LedgerError.limitExceeded {
                reason = .depositShort
            }
        }
        try connection.prepare(
            """
            INSERT INTO bank_statement_entry (statement_id, position, direction, amount_fen,
                booking_date, bank_reference, end_to_end_id, remittance, state, reason,
                instruction_id, entry_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """
        ).run(
            .integer(statement), .integer(Int64(position)), .text(entry.direction.rawValue),
            .integer(entry.amountFen), .integer(Int64(entry.bookingDate.daysSinceEpoch)),
            .text(entry.bankReference), .text(entry.endToEndID), .text(entry.remittance),
            .text(
                (settled == nil ? StatementEntryState.unmatched : .matched).rawValue),
            .text(reason?.rawValue), .integer(settled?.instruction.id.number),
            .integer(settled?.entry.number))
    }

    /// Posts what an instruction moved and closes its cycle.
    ///
    /// - Throws: `LedgerError.limitExceeded`, with nothing changed.
    func confirm(
        _ instruction: SettlementInstruction, through money: ID<Account>
    ) throws -> ID<JournalEntry> {
        let entry = try postSettlement(of: dueCycle(instruction.cycle), through: money)
        try connection.prepare(
            """
            UPDATE settlement_instruction SET state = 'confirmed', confirmed_at = $1
            WHERE instruction_id = $2
            """
        ).run(.integer(now.millisecondsSinceEpoch), .integer(instruction.id.number))
        try settle(instruction.cycle)
        return entry
    }

    func deposit(of centre: ID<Centre>) throws -> ID<Account> {
        guard let bank = try CashPlaceReader(connection: connection).bank(of: centre) else {
            throw BookError.damaged(table: "centre", field: "deposit_account_id")
        }
        return bank.account
    }
}
