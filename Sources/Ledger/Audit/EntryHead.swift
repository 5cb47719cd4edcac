import SQL

/// The fields of an entry without its lines and texts, as the audit's pass read them.
struct EntryHead {
    private static let table = "journal_entry"

    let entry: Int64
    /// The business date, in days since 1970-01-01.
    let day: Int64?
    let recordedAt: Int64?
    let source: Int64?
    let phase: EntryPhase?
    let original: Int64?
    let originalDate: Int64?
    /// Whether all fields, also its texts, have types and values that the ledger writes.
    let isReadable: Bool

    /// Reads a row of number, date, time, kind, narrative, source, phase, original and its date.
    init(_ row: Row, entry: Int64, faults: FaultList) {
        self.entry = entry
        // The common case first: nothing but right types.
        let countBefore = faults.count
        day = faults.integer(row, 1, Self.table, "\(entry)", "business_date")
        recordedAt = faults.integer(row, 2, Self.table, "\(entry)", "recorded_at")
        Self.checkText(row, 3, entry, "kind", faults)
        Self.checkText(row, 4, entry, "narrative", faults)
        source = faults.optionalInteger(row, 5, Self.table, "\(entry)", "source_id")
        phase = Self.phase(row, entry, faults)
        original = faults.optionalInteger(row, 7, Self.table, "\(entry)", "original_entry_id")
        originalDate = faults.optionalInteger(row, 8, Self.table, "\(entry)", "original_date")
        let isOfItself = phase == .posted || phase == .pending
        if phase != nil {
            Self.checkPresence(row, 7, entry, "original_entry_id", isAbsent: isOfItself, faults)
            Self.checkPresence(row, 8, entry, "original_date", isAbsent: isOfItself, faults)
        }
        isReadable = faults.count == countBefore
    }

    private static func checkText(
        _ row: Row, _ column: Int32, _ entry: Int64, _ field: String, _ faults: FaultList
    ) {
        let type = row.storageType(column)
        guard type != .text else { return }
        faults.add(
            .damagedValue, table, "\(entry)", field, expected: "text", found: type.rawValue)
    }

    private static func phase(_ row: Row, _ entry: Int64, _ faults: FaultList) -> EntryPhase? {
        guard let number = faults.integer(row, 6, table, "\(entry)", "phase") else { return nil }
        let phase = EntryPhase(rawValue: number)
        if phase == nil {
            faults.add(
                .damagedValue, table, "\(entry)", "phase", expected: "0 to 4", found: "\(number)")
        }
        return phase
    }

    private static func checkPresence(
        _ row: Row, _ column: Int32, _ entry: Int64, _ field: String, isAbsent: Bool,
        _ faults: FaultList
    ) {
        guard row.isNull(column) != isAbsent else { return }
        faults.add(
            .wrongOriginal, table, "\(entry)", field,
            expected: isAbsent ? "null, for it acts on no entry" : "the entry that it acts on",
            found: row.storageType(column).rawValue)
    }
}
