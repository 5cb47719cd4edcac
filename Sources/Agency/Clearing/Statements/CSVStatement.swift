import CivilTime
import Printing
import Settlement

/// Reads a bank's table (RFC 4180) by a mapping of its columns.
struct CSVStatement {
    private let mapping: StatementMapping
    private let lines: [[UInt8]]
    private var columns: [String: Int] = [:]

    private static let quote = UInt8(ascii: "\"")

    /// The statement of a table, or why all of it is refused.
    ///
    /// - Parameters:
    ///   - account: the account whose statement it is, which the table does not tell.
    ///   - id: which statement it is; each id once for an account.
    static func read(
        _ bytes: [UInt8], mapping: StatementMapping, account: String, id: String
    ) throws(StatementFault) -> ParsedStatement {
        var reader = try CSVStatement(bytes, mapping)
        return try reader.statement(account: account, id: id)
    }

    private init(_ bytes: [UInt8], _ mapping: StatementMapping) throws(StatementFault) {
        guard bytes.count <= StatementLimits.maximumBytes else {
            throw StatementFault(
                "the file has more than \(StatementLimits.maximumBytes) bytes; ask for a shorter "
                    + "period",
                zh: "文件超过 \(StatementLimits.maximumBytes) 字节；请缩短对账单期间")
        }
        self.mapping = mapping
        let text = try Self.text(bytes, mapping.encoding)
        let content = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text
        var lines = content.split(
            separator: 0x0A, omittingEmptySubsequences: false
        ).map { $0.last == 0x0D ? Array($0.dropLast()) : Array($0) }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count - mapping.headerLine <= StatementLimits.maximumEntries else {
            throw StatementFault(
                "the table has more than \(StatementLimits.maximumEntries) lines; ask for a "
                    + "shorter period",
                zh: "超过 \(StatementLimits.maximumEntries) 行；请缩短期间")
        }
        self.lines = lines
    }

    /// The table in UTF-8.
    private static func text(
        _ bytes: [UInt8], _ encoding: LayoutEncoding
    ) throws(StatementFault) -> ArraySlice<UInt8> {
        let text: ArraySlice<UInt8>?
        do throws(LayoutError) {
            text = try TextDecoder(encoding).decode(bytes[...])
        } catch {
            throw StatementFault(
                "\(error); convert the file to UTF-8 first",
                zh: "本机不支持该编码；请先将文件转换为 UTF-8")
        }
        guard let text else {
            let name = encoding.rawValue
            throw StatementFault(
                "the file is not in \(name); give the mapping's encoding, utf-8 or gb18030",
                zh: "文件不是 \(name) 编码；请在列映射中填写 encoding（utf-8 或 gb18030）")
        }
        return text
    }

    private mutating func statement(
        account: String, id: String
    ) throws(StatementFault) -> ParsedStatement {
        guard lines.count >= mapping.headerLine else {
            throw StatementFault(
                "the table has no line \(mapping.headerLine), where its header should be; correct "
                    + "header_line",
                zh: "没有第 \(mapping.headerLine) 行表头；请修改 header_line")
        }
        let header = try fields(mapping.headerLine)
        for (index, name) in header.enumerated() where !name.isEmpty {
            guard columns.updateValue(index, forKey: name) == nil else {
                throw fault(mapping.headerLine, "two columns are called \(name)", zh: "列名重复")
            }
        }
        var statement = ParsedStatement(
            format: .csv, account: account, id: id, openingFen: nil, closingFen: nil, entries: [])
        for line in mapping.headerLine + 1..<max(lines.count, mapping.headerLine) + 1 {
            let cells = try fields(line)
            guard cells.count == header.count else {
                throw fault(
                    line, "the line has \(cells.count) fields, the header \(header.count)",
                    zh: "列数为 \(cells.count)，表头为 \(header.count)")
            }
            let entry = try self.entry(cells, line)
            try follow(entry, cells, line, &statement)
            statement.entries.append(entry)
        }
        return statement
    }

    private func entry(
        _ cells: [String], _ line: Int
    ) throws(StatementFault) -> ParsedStatement.Entry {
        let text = try cell(mapping.bookingDate, cells)
        guard let date = mapping.dateFormat.date(text) else {
            throw fault(
                line, "\(mapping.bookingDate) is no date \(mapping.dateFormat.rawValue)",
                zh: "\(mapping.bookingDate) 不是 \(mapping.dateFormat.rawValue) 格式的日期")
        }
        let (direction, amountFen) = try amount(cells, line)
        var entry = ParsedStatement.Entry(
            direction: direction, amountFen: amountFen, bookingDate: date)
        if let column = mapping.remittance {
            entry.remittance = String(
                try cell(column, cells).prefix(StatementLimits.remittanceCharacters))
        }
        for (column, path) in [
            (mapping.endToEndID, \ParsedStatement.Entry.endToEndID),
            (mapping.bankReference, \ParsedStatement.Entry.bankReference),
        ] {
            guard let column else { continue }
            let text = try cell(column, cells)
            guard text.count <= StatementLimits.referenceCharacters.upperBound else {
                throw fault(
                    line, "\(column) is longer than 35 characters", zh: "\(column) 超过 35 个字符")
            }
            entry[keyPath: path] = text
        }
        return entry
    }

    private func amount(
        _ cells: [String], _ line: Int
    ) throws(StatementFault) -> (MoneyDirection, Int64) {
        func positive(_ column: String, _ text: String) throws(StatementFault) -> Int64 {
            guard let fen = StatementAmount.fen(text) else {
                throw fault(
                    line, "\(column) is not yuan with at most two places and without commas",
                    zh: "\(column) 应为最多两位小数、无千分位的元")
            }
            return fen
        }
        let found: (direction: MoneyDirection, fen: Int64)
        switch mapping.amounts {
        case .signed(let column):
            let text = try cell(column, cells)
            let isNegative = text.hasPrefix("-")
            let isSigned = isNegative || text.hasPrefix("+")
            let fen = try positive(column, String(text.dropFirst(isSigned ? 1 : 0)))
            found = (isNegative ? .outgoing : .incoming, fen)
        case .withWord(let column, let directionColumn, let wordIn, let wordOut):
            let word = try cell(directionColumn, cells)
            guard word == wordIn || word == wordOut else {
                throw fault(
                    line, "\(directionColumn) is neither \(wordIn) nor \(wordOut)",
                    zh: "\(directionColumn) 既不是 \(wordIn) 也不是 \(wordOut)")
            }
            let fen = try positive(column, cell(column, cells))
            found = (word == wordIn ? .incoming : .outgoing, fen)
        case .apart(let incoming, let outgoing):
            let texts = (try cell(incoming, cells), try cell(outgoing, cells))
            let amounts = (
                texts.0.isEmpty ? 0 : try positive(incoming, texts.0),
                texts.1.isEmpty ? 0 : try positive(outgoing, texts.1)
            )
            guard amounts.0 == 0 || amounts.1 == 0 else {
                throw fault(
                    line, "\(incoming) and \(outgoing) both have an amount",
                    zh: "\(incoming) 与 \(outgoing) 不能同时有金额")
            }
            found = amounts.0 > 0 ? (.incoming, amounts.0) : (.outgoing, amounts.1)
        }
        guard found.fen > 0 else { throw fault(line, "the amount is 0", zh: "金额为 0") }
        return found
    }

    /// With a column of balances, each must follow the one before.
    private func follow(
        _ entry: ParsedStatement.Entry, _ cells: [String], _ line: Int,
        _ statement: inout ParsedStatement
    ) throws(StatementFault) {
        guard let column = mapping.balance else { return }
        let text = try cell(column, cells)
        let isNegative = text.hasPrefix("-")
        guard let magnitude = StatementAmount.fen(String(text.dropFirst(isNegative ? 1 : 0))) else {
            throw fault(
                line, "\(column) is not yuan with at most two places and without commas",
                zh: "\(column) 应为最多两位小数、无千分位的元")
        }
        let balance = isNegative ? -magnitude : magnitude
        let moved = entry.direction == .incoming ? entry.amountFen : -entry.amountFen
        if let before = statement.closingFen {
            guard before + moved == balance else {
                throw fault(
                    line,
                    "\(column) is \(balance) fen where \(before + moved) follows; lines are "
                        + "missing or out of order",
                    zh: "\(column) 应为 \(YuanText.plain(before + moved)) 元，"
                        + "实际 \(YuanText.plain(balance)) 元；有缺行或顺序不对")
            }
        } else {
            statement.openingFen = balance - moved
        }
        statement.closingFen = balance
    }

    private func cell(_ column: String, _ cells: [String]) throws(StatementFault) -> String {
        guard let index = columns[column] else {
            throw fault(
                mapping.headerLine, "the header has no column \(column)",
                zh: "表头没有列 \(column)")
        }
        return cells[index].asStatementText
    }

    /// The fields of a line, counted from 1.
    private func fields(_ line: Int) throws(StatementFault) -> [String] {
        let bytes = lines[line - 1]
        let delimiter = mapping.delimiter.byte
        var fields: [String] = []
        var field: [UInt8] = []
        var position = 0
        while true {
            field.removeAll()
            if position < bytes.count, bytes[position] == Self.quote {
                position += 1
                while true {
                    guard position < bytes.count else {
                        throw fault(line, "a quote is not closed", zh: "引号未关闭")
                    }
                    let byte = bytes[position]
                    position += 1
                    if byte != Self.quote {
                        field.append(byte)
                    } else if position < bytes.count, bytes[position] == Self.quote {
                        field.append(byte)
                        position += 1
                    } else {
                        break
                    }
                }
                guard position == bytes.count || bytes[position] == delimiter else {
                    throw fault(line, "a quote stands in a field", zh: "字段中有多余引号")
                }
            } else {
                while position < bytes.count, bytes[position] != delimiter {
                    field.append(bytes[position])
                    position += 1
                }
            }
            fields.append(String(decoding: field, as: UTF8.self).asStatementText)
            guard position < bytes.count else { return fields }
            position += 1
        }
    }

    private func fault(_ line: Int, _ problem: String, zh chinese: String) -> StatementFault {
        StatementFault(
            line: line, "\(problem); correct the file or its mapping",
            zh: "\(chinese)；请修改文件或列映射")
    }
}
