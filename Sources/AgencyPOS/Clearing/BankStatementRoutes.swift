import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// The longest statement that comes over the line, in bytes; longer ones by the command.
    static let statementByteCounts = 1...1024 * 1024

    /// The bank's statements, and what people decide on entries that did not match.
    func addBankStatementRoutes(to routes: inout RouteTable) {
        let roles: Set<Role> = [.supervisor, .administrator]
        // A file may have thousands of entries, which takes its time.
        routes.upload(
            "/v1/bank-statements", for: roles,
            maximumBodyBytes: JSONLimits.statement.maximumBytes
        ) { call in
            let request = try BankStatementRequest(decoding: call.body(limits: .statement))
            let file = try request.file(currency: book.profile.currency)
            let bytes = try book.writer.perform {
                try $0.importStatements(file, by: call.principal)
            }
            return .json(bytes, status: 201)
        }
        routes.query(.get, "/v1/bank-statements", for: roles) { call in
            try call.allowQuery("cursor", "limit")
            try checkIsDistrict(call.principal, "sees the bank's statements")
            let (cursor, limit) = try call.page(upTo: BankStatementReader.maximumPageSize)
            return try .list("bank_statements") { writer in
                try book.readers.read {
                    try BankStatementReader($0, zone: book.profile.zone).encodeStatements(
                        after: cursor, limit: limit, to: &writer)
                }
            }
        }
        routes.query(.get, "/v1/bank-statement-entries", for: roles) { call in
            try call.allowQuery("status", "statement_id", "cursor", "limit")
            try checkIsDistrict(call.principal, "sees the bank's statements")
            let state: StatementEntryState? = try call.queryWord("status")
            let statement = try call.query("statement_id").map { text in
                guard let number = Int64(text), String(number) == text else {
                    throw call.invalid("statement_id", "must be the number of a statement")
                }
                return number
            }
            let (cursor, limit) = try call.page(upTo: BankStatementReader.maximumPageSize)
            return try .list("bank_statement_entries") { writer in
                try book.readers.read {
                    try BankStatementReader($0, zone: book.profile.zone).encodeEntries(
                        state: state, statement: statement, after: cursor, limit: limit,
                        to: &writer)
                }
            }
        }
        addStatementEntryRoutes(to: &routes, for: roles)
    }

    private func addStatementEntryRoutes(to routes: inout RouteTable, for roles: Set<Role>) {
        let path = "/v1/bank-statement-entries/{statement_entry_id}"
        routes.command(.post, path + "/assign", for: roles) { call in
            let number = try call.parameters.integer("statement_entry_id")
            var body = try call.body()
            let reference = try body.string(
                "reference", lengthIn: StatementLimits.referenceCharacters)
            let reason = try body.reason()
            try body.finish()
            try write(call) {
                try $0.proposeAssignment(
                    of: number, to: reference, reason: reason, by: call.principal)
            }
        }
        routes.command(.post, path + "/suspend", for: roles) { call in
            let number = try call.parameters.integer("statement_entry_id")
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.proposeSuspense(of: number, reason: reason, by: call.principal)
            }
        }
        routes.command(.post, path + "/approve", for: roles) { call in
            let number = try call.parameters.integer("statement_entry_id")
            let reason = try call.reasonAlone()
            let claim = try call.claim(approveStatementEntryFingerprint(number, reason: reason))
            try writeOnce(call) {
                try $0.approveStatementEntry(
                    number, reason: reason, claim: claim, by: call.principal)
            }
        }
        routes.command(.post, path + "/decline", for: roles) { call in
            let number = try call.parameters.integer("statement_entry_id")
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.declineStatementEntry(number, reason: reason, by: call.principal)
            }
        }
    }
}

/// A bank's file as a request brings it, byte for byte.
struct BankStatementRequest {
    private enum Content {
        case camt053
        case csv(mapping: StatementMapping, account: String, id: String)
    }

    private let bytes: [UInt8]
    private let content: Content

    init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        let format: BankStatementFormat = try object.enumeration("format")
        bytes = try object.base64("content_base64", byteCountIn: API.statementByteCounts)
        switch format {
        case .camt053: content = .camt053
        case .csv:
            let lengths = StatementLimits.referenceCharacters
            content = .csv(
                mapping: try StatementMapping(decoding: object.object("mapping")),
                account: try object.string("account", lengthIn: lengths),
                id: try object.string("bank_statement_id", lengthIn: lengths))
        }
        try object.finish()
    }

    /// The file, read.
    ///
    /// - Throws: `Refusal` with `bankStatementInvalid`.
    func file(currency: Currency) throws(Refusal) -> BankStatementFile {
        do throws(StatementFault) {
            switch content {
            case .camt053: return try BankStatementFile.camt053(bytes, currency: currency)
            case .csv(let mapping, let account, let id):
                return try BankStatementFile.csv(bytes, mapping: mapping, account: account, id: id)
            }
        } catch {
            throw error.refusal
        }
    }
}
