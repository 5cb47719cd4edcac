import CivilTime

/// The table of lines that every foreign layout is turned into: CSV as RFC 4180 has it.
///
/// UTF-8, with or without byte order mark; lines end with LF or CRLF, the last one may lack it.
/// No field holds a line break, so that a line of the file is a record.
public enum CanonicalTable {
    /// The first line of every table.
    public static let header = MatchField.allCases.map(\.rawValue).joined(separator: ",")

    /// The header with its line feed.
    public static let headerLine = Array((header + "\n").utf8)

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Writes a line of the table; its texts must be those that the table allows.
    public static func append(_ line: MatchLine, to bytes: inout [UInt8]) {
        append(line.serial, to: &bytes)
        append(line.partnerReference, to: &bytes)
        append(line.type?.rawValue ?? "", to: &bytes)
        append(line.accountReference, to: &bytes)
        append("\(line.amountFen)", to: &bytes)
        append(line.status.rawValue, to: &bytes)
        FieldGrammar.zone.append(line.time, to: &bytes)
        bytes.append(Ascii.lineFeed)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        if text.utf8.contains(where: { $0 == Ascii.comma || $0 == Ascii.quote }) {
            bytes.append(Ascii.quote)
            for byte in text.utf8 {
                bytes.append(byte)
                if byte == Ascii.quote { bytes.append(byte) }
            }
            bytes.append(Ascii.quote)
        } else {
            bytes += text.utf8
        }
        bytes.append(Ascii.comma)
    }

    /// Reads a line with all its checks; the fast reader takes only what this takes.
    ///
    /// - Parameter bytes: The line without its line feed.
    static func parse(
        _ bytes: ArraySlice<UInt8>, number: Int, side: MatchSide, isCarried: Bool
    ) throws(MatchError) -> MatchLine {
        let line = bytes.last == Ascii.carriageReturn ? bytes.dropLast() : bytes
        let fields = try fields(of: line, number: number, side: side)
        func value<Value>(
            _ field: MatchField,
            _ parse: (ArraySlice<UInt8>) throws(SettlementFieldCause) -> Value
        ) throws(MatchError) -> Value {
            let bytes = fields[MatchField.allCases.firstIndex(of: field) ?? 0]
            do throws(SettlementFieldCause) {
                return try parse(bytes)
            } catch {
                let place: SettlementField? = field == .account ? .accountReference : nil
                throw .fieldInvalid(
                    side: side, line: number, field: field,
                    value: SafeText.of(bytes, field: place), cause: error)
            }
        }
        let type = try value(.type) { bytes throws(SettlementFieldCause) in
            bytes.isEmpty ? nil : try code(bytes) as SettlementType
        }
        return MatchLine(
            serial: try value(.serial) { bytes throws(SettlementFieldCause) in
                let text = try FieldGrammar.text(bytes)
                if let cause = FieldGrammar.fault(serial: text) { throw cause }
                return text
            },
            partnerReference: try value(.reference) { bytes throws(SettlementFieldCause) in
                let text = try FieldGrammar.text(bytes)
                if let cause = FieldGrammar.fault(partnerReference: text) { throw cause }
                return text
            },
            type: type,
            accountReference: try value(.account) { bytes throws(SettlementFieldCause) in
                let text = try FieldGrammar.text(bytes)
                guard !text.isEmpty else { return text }
                // Of a line whose type is not told, a card cannot be known by its type.
                let cause = FieldGrammar.fault(accountReference: text, type: type ?? .transfer)
                if let cause { throw cause }
                return text
            },
            amountFen: try value(.amountFen) { bytes throws(SettlementFieldCause) in
                let range = SettlementDetail.allowedAmountsFen
                let amountFen = try FieldGrammar.integer(bytes, in: range)
                guard amountFen != 0 else { throw .zero }
                return amountFen
            },
            status: try value(.status) { bytes throws(SettlementFieldCause) in try code(bytes) },
            time: try value(.time, FieldGrammar.time),
            lineNumber: number, isCarried: isCarried)
    }

    private static func code<Code: RawRepresentable<String>>(
        _ bytes: ArraySlice<UInt8>
    ) throws(SettlementFieldCause) -> Code {
        guard bytes.allSatisfy({ $0 < 0x80 }),
            let code = Code(rawValue: String(decoding: bytes, as: UTF8.self))
        else { throw .codeUnknown }
        return code
    }

    private static func fields(
        of line: ArraySlice<UInt8>, number: Int, side: MatchSide
    ) throws(MatchError) -> [ArraySlice<UInt8>] {
        guard let fields = CSVLine.fields(of: line) else {
            throw .quoteWrong(side: side, line: number)
        }
        let expected = MatchField.allCases.count
        guard fields.count == expected else {
            throw .fieldCountWrong(
                side: side, line: number, count: fields.count, expected: expected)
        }
        return fields
    }
}

extension Ascii {
    static let carriageReturn: UInt8 = 0x0D
    static let quote: UInt8 = 0x22
    static let comma: UInt8 = 0x2C
}
