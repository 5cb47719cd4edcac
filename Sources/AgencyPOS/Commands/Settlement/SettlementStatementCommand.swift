import Agency
import Foundation
import Printing
import StrictJSON

/// Takes a bank's statement into a book that is not being served.
enum SettlementStatementCommand: Command {
    static let name = "settlement statement"
    static let abstract = "import a bank's statement and close the cycles that it confirms"
    static let discussion = """
        agencypos settlement statement [--account NUMBER] FILE.xml
        agencypos settlement statement --account NUMBER --statement-id ID --mapping FILE FILE.csv

        FILE is ISO 20022 camt.053 (version 02 or 08), or, with --mapping, a table whose columns
        the mapping names. Stop the server first, or use POST /v1/bank-statements. All of the file
        is taken or nothing; the same file again changes nothing. Entries that wait for people
        are listed. See docs/clearing.md.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--account", value: "NUMBER", help: "our account at the bank"),
        Arguments.Option(
            name: "--statement-id", value: "ID",
            help: "which statement a table is, such as 2026-11-21"
        ),
        Arguments.Option(name: "--mapping", value: "FILE", help: "the columns of a table, JSON"),
    ]

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1 else {
            throw CommandError.usage("name one statement; see --help")
        }
        let path = arguments.operands[0]
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        defer { book.close() }
        let file = try self.file(path, arguments, book)
        let answer = try book.writer.perform { try $0.importStatements(file, by: nil) }
        guard case .object(let members) = try StrictJSONParser.parse(answer) else { return }
        for member in members {
            guard case .array(let statements) = member.value else { continue }
            for statement in statements { try show(statement, book) }
        }
    }

    private static func file(
        _ path: String, _ arguments: Arguments, _ book: Book
    ) throws -> BankStatementFile {
        let bytes = try contents(path, limit: StatementLimits.maximumBytes)
        do {
            guard let mappingPath = arguments.text("--mapping") else {
                let file = try BankStatementFile.camt053(bytes, currency: book.profile.currency)
                if let account = arguments.text("--account"),
                    file.accounts.contains(where: { $0 != account })
                {
                    throw CommandError(
                        message: "\(path) is of account \(file.accounts.joined(separator: ", "))",
                        code: .refused)
                }
                return file
            }
            let mapping = try StatementMapping(
                decoding: JSONObjectDecoder(
                    StrictJSONParser.parse(
                        contents(mappingPath, limit: JSONLimits.request.maximumBytes),
                        limits: .request)))
            return try BankStatementFile.csv(
                bytes, mapping: mapping, account: arguments.required("--account"),
                id: arguments.required("--statement-id"))
        } catch let fault as StatementFault {
            throw CommandError(message: "\(path): \(fault)", code: .refused)
        } catch let error as JSONError {
            throw CommandError(message: "--mapping: \(error.message)", code: .usage)
        }
    }

    private static func contents(_ path: String, limit: Int) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(message: "\(path) cannot be read", code: .unusable)
        }
        guard data.count <= limit else {
            throw CommandError(
                message: "\(path) has more than \(limit) bytes; ask for a shorter period",
                code: .unusable)
        }
        return [UInt8](data)
    }

    /// Prints a statement, then its entries that wait for people.
    private static func show(_ statement: JSONValue, _ book: Book) throws {
        var values: [String: JSONValue] = [:]
        if case .object(let members) = statement {
            for member in members { values[member.name] = member.value }
        }
        guard case .string(let id)? = values["statement_id"], let number = Int64(id),
            case .string(let bankID)? = values["bank_statement_id"],
            case .integer(let count)? = values["entry_count"],
            case .integer(let unmatched)? = values["unmatched_count"]
        else { return }
        print("statement \(bankID): \(count) entries, \(unmatched) wait for people")
        for entry in try book.readers.read({
            try BankStatementReader($0, zone: book.profile.zone).unmatched(of: number)
        }) {
            let sign = entry.direction == .outgoing ? "-" : ""
            print(
                "  entry \(entry.position)  \(sign)\(YuanText.plain(entry.amountFen))  "
                    + entry.reason.rawValue)
        }
    }
}
