import StrictJSON

/// A line of counts and sums before or behind the transactions.
struct LayoutSummary: Hashable, Sendable {
    /// By what the line is known.
    enum Mark: Hashable, Sendable {
        /// By its place alone.
        case none
        /// By what it begins with.
        case beginning(String)
        /// By the line before it, which is this one.
        case header(LayoutHeader)
    }

    let mark: Mark
    let columnCount: Int?
    let checks: [LayoutCheck]
    /// The file's business date.
    let date: LayoutMoment?
}

/// One count or sum.
struct LayoutCheck: Hashable, Sendable {
    enum Measure: String, CaseIterable, Hashable, Sendable {
        case count
        case amount
        case commission
    }

    /// Of which lines; skipped ones are among them, except among the posted.
    enum Lines: String, CaseIterable, Hashable, Sendable {
        case all
        case posted
        /// Those whose amount is positive.
        case positive
        /// Those whose amount is negative; their sum is compared without its sign.
        case negative
    }

    let measure: Measure
    let lines: Lines
    let place: LayoutPlace
}

extension LayoutSummary {
    /// Reads the member `head`, the line before the header.
    static func head(
        _ object: inout JSONObjectDecoder, _ columns: LayoutColumns, hasCommission: Bool
    ) throws(JSONError) -> LayoutSummary? {
        guard var member = try object.optionalObject("head") else { return nil }
        let mark = try beginning(&member).map { Mark.beginning($0) } ?? .none
        let columns = try columnsOfLine(&member, columns, header: nil)
        let date = try LayoutFields.moment("date", &member, columns, [.date])
        let checks = try checks(&member, columns, hasCommission)
        try member.finish()
        return LayoutSummary(mark: mark, columnCount: columns.count, checks: checks, date: date)
    }

    /// Reads the member `trailer`, the last line.
    static func trailer(
        _ object: inout JSONObjectDecoder, _ columns: LayoutColumns, hasCommission: Bool
    ) throws(JSONError) -> LayoutSummary? {
        guard var member = try object.optionalObject("trailer") else { return nil }
        let beginning = try beginning(&member)
        let header = try LayoutHeader.optional(&member, columns.kind)
        let mark: Mark
        switch (beginning, header) {
        case (let beginning?, nil): mark = .beginning(beginning)
        case (nil, let header?): mark = .header(header)
        case (nil, nil), (_?, _?):
            throw member.refusal(
                of: "begins_with", .missingName,
                "give begins_with, or the header line before the trailer, and only one")
        }
        let columns = try columnsOfLine(&member, columns, header: header?.names)
        let checks = try checks(&member, columns, hasCommission)
        try member.finish()
        return LayoutSummary(mark: mark, columnCount: columns.count, checks: checks, date: nil)
    }

    private static func beginning(
        _ member: inout JSONObjectDecoder
    ) throws(JSONError) -> String? {
        try member.optionalString(
            "begins_with", lengthIn: 1...LayoutLimits.maximumWordCharacterCount)
    }

    /// The columns of the line, which are others than those of the transactions.
    private static func columnsOfLine(
        _ member: inout JSONObjectDecoder, _ columns: LayoutColumns, header: [String]?
    ) throws(JSONError) -> LayoutColumns {
        var columns = LayoutColumns(kind: columns.kind)
        guard columns.kind == .csv else { return columns }
        columns.names = header ?? []
        let limit = Int64(LayoutLimits.maximumColumnCount)
        let count = try member.optionalInteger("columns", in: 1...limit)
        columns.count = count.map { Int($0) } ?? header?.count
        return columns
    }

    private static func checks(
        _ member: inout JSONObjectDecoder, _ columns: LayoutColumns, _ hasCommission: Bool
    ) throws(JSONError) -> [LayoutCheck] {
        var checks: [LayoutCheck] = []
        let limit = LayoutLimits.maximumCheckCount
        for var entry in try member.optionalObjects("checks", maximumCount: limit) ?? [] {
            let measure = try entry.enumeration("measure", LayoutCheck.Measure.self)
            guard measure != .commission || hasCommission else {
                throw entry.refusal(
                    of: "measure", .valueNotAllowed,
                    "the lines have no commission; name its column among the fields")
            }
            let lines = try entry.enumeration("lines", LayoutCheck.Lines.self)
            let place = try columns.place(&entry)
            try entry.finish()
            checks.append(LayoutCheck(measure: measure, lines: lines, place: place))
        }
        return checks
    }
}
