/// One line of a file, taken apart into its fields.
struct RecordLine {
    /// What a sum of amounts, fees or commissions may be.
    static let allowedSumsFen: ClosedRange<Int64> =
        -1_000_000_000_000_000_000...1_000_000_000_000_000_000
    /// What a count of lines may be.
    static let allowedCounts: ClosedRange<Int64> = 0...Int64(SettlementDetail.maximumCount)
    /// What the net may be; amounts and commissions may point the same way.
    static let allowedNetsFen: ClosedRange<Int64> =
        -2_000_000_000_000_000_000...2_000_000_000_000_000_000
    /// The longest line in bytes, with its line feed; a valid one has at most about 600.
    static let maximumByteCount = 1_024

    /// The number of the line in its file, from 1.
    let number: Int
    let record: SettlementRecord
    private let line: ArraySlice<UInt8>
    /// Where each field ends, relative to the line's own indices.
    private let ends: [Int]

    /// Takes a line apart.
    ///
    /// - Parameters:
    ///   - line: The bytes without the line feed.
    ///   - expected: The records that may stand here.
    init(
        _ line: ArraySlice<UInt8>, number: Int, expected: [SettlementRecord]
    ) throws(SettlementError) {
        let letter = line.prefix { $0 != Ascii.pipe }
        guard let record = SettlementRecord(rawValue: String(decoding: letter, as: UTF8.self)),
            expected.contains(record)
        else {
            throw .recordUnexpected(
                line: number, value: SafeText.of(letter), expected: expected)
        }
        var ends: [Int] = []
        ends.reserveCapacity(record.fieldCount)
        for index in line.indices where line[index] == Ascii.pipe { ends.append(index) }
        ends.append(line.endIndex)
        self.number = number
        self.record = record
        self.line = line
        self.ends = ends
    }

    /// Refuses a line with too few or too many fields; everything below asks for it first.
    func checkFieldCount() throws(SettlementError) {
        guard ends.count == record.fieldCount else {
            throw .fieldCountWrong(line: number, record: record, count: ends.count)
        }
    }

    /// Whether a field holds exactly this text.
    func holds(_ text: String, in field: SettlementField) -> Bool {
        bytes(field).elementsEqual(text.utf8)
    }

    /// The bytes of a field, or none where the line is too short.
    func bytes(_ field: SettlementField) -> ArraySlice<UInt8> {
        precondition(field.record == record && field.position > 1, "a field of another record")
        guard field.position <= ends.count else { return line[line.endIndex...] }
        return line[(ends[field.position - 2] + 1)..<ends[field.position - 1]]
    }

    func value<Value>(
        _ field: SettlementField,
        _ parse: (ArraySlice<UInt8>) throws(SettlementFieldCause) -> Value
    ) throws(SettlementError) -> Value {
        let bytes = bytes(field)
        do {
            return try parse(bytes)
        } catch {
            throw .fieldInvalid(
                line: number, field: field, value: SafeText.of(bytes, field: field), cause: error)
        }
    }

    func identifier(_ field: SettlementField) throws(SettlementError) -> SettlementIdentifier {
        try value(field) { bytes throws(SettlementFieldCause) in
            try FieldGrammar.identifier(bytes)
        }
    }

    func integer(
        _ field: SettlementField, in range: ClosedRange<Int64>
    ) throws(SettlementError) -> Int64 {
        try value(field) { bytes throws(SettlementFieldCause) in
            try FieldGrammar.integer(bytes, in: range)
        }
    }

    func code<Code: RawRepresentable<String>>(
        _ field: SettlementField
    ) throws(SettlementError) -> Code {
        try value(field) { bytes throws(SettlementFieldCause) in
            // Swift takes U+212A for the K of TICKET: only ASCII may be compared as text.
            guard bytes.allSatisfy({ $0 < 0x80 }),
                let code = Code(rawValue: String(decoding: bytes, as: UTF8.self))
            else { throw .codeUnknown }
            return code
        }
    }

    /// Refuses a count that is not the one which the details give.
    func expect(_ field: SettlementField, count: Int) throws(SettlementError) {
        try expect(field, Int64(count), in: Self.allowedCounts)
    }

    /// Refuses a count or sum that is not the one which the details give.
    func expect(
        _ field: SettlementField, _ expected: Int64,
        in range: ClosedRange<Int64> = allowedSumsFen
    ) throws(SettlementError) {
        let value = try integer(field, in: range)
        guard value == expected else {
            throw .totalWrong(line: number, field: field, value: value, expected: expected)
        }
    }
}
