import SQL

/// The faults that an audit has found: the first are kept, all are counted.
final class FaultList {
    private let maximumFaults: Int
    private(set) var kept: [LedgerFault] = []
    private(set) var count = 0

    init(maximumFaults: Int) {
        self.maximumFaults = maximumFaults
    }

    /// Adds a fault; its texts are made only when it is kept.
    func add(
        _ kind: LedgerFault.Kind, _ table: String, _ key: @autoclosure () -> String,
        _ field: String, expected: @autoclosure () -> String, found: @autoclosure () -> String
    ) {
        count += 1
        guard kept.count < maximumFaults else { return }
        kept.append(
            LedgerFault(
                kind: kind, table: table, key: key(), field: field, expected: expected(),
                found: found()))
    }

    /// Adds a fault when two numbers differ.
    func compare(
        _ kind: LedgerFault.Kind, _ table: String, _ key: @autoclosure () -> String,
        _ field: String, expected: Int64, found: Int64
    ) {
        guard expected != found else { return }
        add(kind, table, key(), field, expected: "\(expected)", found: "\(found)")
    }

    /// Reads an integer; a value of another type is a fault and gives nothing.
    func integer(
        _ row: Row, _ column: Int32, _ table: String, _ key: @autoclosure () -> String,
        _ field: String
    ) -> Int64? {
        guard row.isInteger(column) else {
            add(
                .damagedValue, table, key(), field, expected: "integer",
                found: row.storageType(column).rawValue)
            return nil
        }
        return row.integer(column)
    }

    /// Reads an integer or nothing; a value of another type is a fault and gives nothing.
    func optionalInteger(
        _ row: Row, _ column: Int32, _ table: String, _ key: @autoclosure () -> String,
        _ field: String
    ) -> Int64? {
        row.isNull(column) ? nil : integer(row, column, table, key(), field)
    }

    /// Reads a text; a value of another type is a fault and gives nothing.
    func text(
        _ row: Row, _ column: Int32, _ table: String, _ key: @autoclosure () -> String,
        _ field: String
    ) -> String? {
        guard row.storageType(column) == .text else {
            add(
                .damagedValue, table, key(), field, expected: "text",
                found: row.storageType(column).rawValue)
            return nil
        }
        return row.text(column)
    }
}
