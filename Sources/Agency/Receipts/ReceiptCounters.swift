import CivilTime
import Ledger
import SQL

/// The stations' last receipt numbers: read once, counted in memory, written once for each batch.
///
/// A command's numbers can be given back alone, in step with the database's savepoint.
struct ReceiptCounters {
    private struct Counter {
        var date: Int64
        var last: Int64
    }

    private var counters: [ID<Station>: Counter] = [:]
    private var undo: [(station: ID<Station>, counter: Counter)] = []
    private var changed: Set<ID<Station>> = []

    /// How many numbers were taken since the last mark.
    var takenCount: Int { undo.count }

    /// The next number of a station on a date, from 1.
    mutating func next(
        _ station: ID<Station>, on date: BusinessDate, _ connection: Connection
    ) throws -> Int64 {
        let day = Int64(date.daysSinceEpoch)
        let current = try counters[station] ?? read(station, connection)
        undo.append((station, current))
        let number = current.date == day ? current.last + 1 : 1
        counters[station] = Counter(date: day, last: number)
        changed.insert(station)
        return number
    }

    /// Starts a command: what follows can be undone up to here.
    mutating func mark() {
        undo.removeAll(keepingCapacity: true)
    }

    /// Undoes all since the last mark.
    mutating func restore() {
        for (station, counter) in undo.reversed() { counters[station] = counter }
        undo.removeAll(keepingCapacity: true)
    }

    /// Writes the counters that changed.
    mutating func write(_ connection: Connection) throws {
        let upsert = try connection.prepare(
            """
            INSERT INTO receipt_counter (station_id, business_date, last_number)
            VALUES ($1, $2, $3)
            ON CONFLICT (station_id) DO UPDATE SET
                business_date = excluded.business_date, last_number = excluded.last_number
            """)
        for station in changed.sorted() {
            guard let counter = counters[station], counter.last > 0 else { continue }
            try upsert.run(
                .integer(station.number), .integer(counter.date), .integer(counter.last))
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Forgets all, after a batch that was undone.
    mutating func clear() {
        counters.removeAll(keepingCapacity: true)
        changed.removeAll(keepingCapacity: true)
        undo.removeAll(keepingCapacity: true)
    }

    private func read(_ station: ID<Station>, _ connection: Connection) throws -> Counter {
        try connection.prepare(
            "SELECT business_date, last_number FROM receipt_counter WHERE station_id = $1"
        ).first(.integer(station.number)) {
            Counter(date: $0.integer(0), last: $0.integer(1))
        } ?? Counter(date: 0, last: 0)
    }
}
