import StrictJSON

/// A text, and where to look when it says that there is none.
struct LayoutText: Hashable, Sendable {
    let place: LayoutPlace
    /// What stands for no text, beside nothing at all.
    let emptyWords: Set<[UInt8]>
    /// Where the text is when this place has none.
    let otherPlace: LayoutPlace?
}

/// One value for all lines, or a column whose words have meanings.
///
/// Words are bytes, for Swift takes some texts for equal that are not, such as U+212A for K.
enum LayoutChoice<Value: Hashable & Sendable>: Hashable, Sendable {
    case constant(Value)
    case column(LayoutPlace, [[UInt8]: Value])
}

/// What a word makes of a line.
enum LayoutMeaning<Value: Hashable & Sendable>: Hashable, Sendable {
    case value(Value)
    /// The line is checked and counted as any other, and is no transaction.
    case skip
}

/// Which way an amount goes.
enum LayoutSign: Hashable, Sendable {
    /// Every amount is positive.
    case plus
    /// As it is written.
    case signed
    /// The other way round, as the partner's own books have it.
    case inverted
    /// As a word of another column says: true for an amount that takes back.
    case direction(LayoutPlace, [[UInt8]: Bool])
    /// What takes back has a column of its own, and the line has an amount in one of them.
    case minus(LayoutPlace)
}

/// Which way a commission goes.
enum LayoutCommissionSign: String, CaseIterable, Hashable, Sendable {
    case plus
    case signed
    case inverted
    /// It is written without sign and goes as the amount does.
    case amount
}

struct LayoutAmount: Hashable, Sendable {
    let place: LayoutPlace
    let format: AmountFormat
    let sign: LayoutSign
}

struct LayoutCommission: Hashable, Sendable {
    let place: LayoutPlace
    let format: AmountFormat
    let sign: LayoutCommissionSign
}

/// A date or time in a column.
struct LayoutMoment: Hashable, Sendable {
    let place: LayoutPlace
    let pattern: TimePattern
}

/// Where the time of a line is; without a date it is on the file's date.
enum LayoutTime: Hashable, Sendable {
    case one(LayoutMoment)
    case two(date: LayoutMoment?, clock: LayoutMoment?)
}

/// Which field of a line has which meaning.
struct LayoutFields: Hashable, Sendable {
    let serial: LayoutText?
    let reference: LayoutText?
    let type: LayoutChoice<LayoutMeaning<SettlementType>>
    let account: LayoutText?
    /// Whether an account may be a card that is masked in the partner's own way.
    let hasMaskedCards: Bool
    let amount: LayoutAmount
    let status: LayoutChoice<LayoutMeaning<SettlementStatus>>
    let time: LayoutTime
    let commission: LayoutCommission?
    /// The business date, which every line repeats.
    let businessDate: LayoutMoment?
}

/// The fields of a layout by their names in its description, and the counts that totals check.
public enum LayoutField: String, CaseIterable, Hashable, Sendable {
    case serial
    case reference
    case type
    case account
    case amount
    case direction
    /// The column of amounts that take back.
    case minus
    case status
    case time
    case date
    case clock
    case commission
    case businessDate = "business_date"
    case count
}
