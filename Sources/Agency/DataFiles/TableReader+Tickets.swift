import CivilTime

/// The columns that trips and offers share.
extension TableReader {
    /// A fare, or nothing where the field is empty.
    ///
    /// - Throws: `DataFileError` of kind `value`.
    func optionalFare(_ column: Int) throws(DataFileError) -> Int64? {
        guard !bytes(column).isEmpty else { return nil }
        return try integer(column, in: 1...DataFileLimits.maximumAmountFen)
    }

    /// A time of day, `HH:MM`, as minutes after midnight.
    ///
    /// - Throws: `DataFileError` of kind `value`.
    func minuteOfDay(_ column: Int) throws(DataFileError) -> Int {
        guard let (hour, minute) = pair(column, widths: (2, 2), separator: ":"), hour < 24,
            minute < 60
        else {
            throw refusal(
                column, .value, value: shown(bytes(column)),
                "this is no time of day; write HH:MM from 00:00 to 23:59")
        }
        return hour * 60 + minute
    }

    /// Days of the week as digits from 1, Monday, to 7, and the first and the last day.
    ///
    /// What is empty sets no bound.
    /// - Throws: `DataFileError` of kind `value`.
    func calendar(
        weekdays: Int?, from: Int, to: Int
    ) throws(DataFileError) -> TripCalendar {
        let first = bytes(from).isEmpty ? nil : try date(from)
        let last = bytes(to).isEmpty ? nil : try date(to)
        if let first, let last, last < first {
            throw refusal(
                to, .value, value: shown(bytes(to)),
                "the last day is before the first; correct one of them")
        }
        let days = try weekdays.map { column throws(DataFileError) in try weekdayBits(column) }
        return TripCalendar(weekdays: days ?? TripCalendar.everyDay, from: first, to: last)
    }

    private func weekdayBits(_ column: Int) throws(DataFileError) -> Int64 {
        guard !bytes(column).isEmpty else { return TripCalendar.everyDay }
        var bits: Int64 = 0
        var previous = UInt8(ascii: "0")
        for digit in bytes(column) {
            guard digit > previous, digit <= UInt8(ascii: "7") else {
                throw refusal(
                    column, .value, value: shown(bytes(column)),
                    "these are no days of the week; write digits from 1 (Monday) to 7, ascending")
            }
            bits |= 1 << Int64(digit - UInt8(ascii: "1"))
            previous = digit
        }
        return bits
    }
}
