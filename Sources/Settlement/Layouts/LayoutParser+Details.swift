import CivilTime

extension LayoutParser {
    mutating func read(detail line: Line) throws(LayoutError) -> LayoutLine? {
        let limit = LayoutLimits.maximumLineCount
        let count = totals.lineCount + totals.skippedCount
        guard count < limit else {
            throw .lineCountExceeded(line: lineNumber, limit: limit)
        }
        let record = try record(
            line, columnCount: layout.columnCount, byteCount: layout.lineByteCount)
        let fields = layout.fields
        let type = try record.choice(fields.type, .type)
        let status = try record.choice(fields.status, .status)
        let amountFen = try record.amountFen(fields.amount)
        let commissionFen = try fields.commission.map { (commission) throws(LayoutError) in
            try record.commissionFen(commission, amountFen: amountFen)
        }
        if let date = fields.businessDate {
            try agree(on: record.moment(date, .businessDate).date)
        }
        let time = try time(of: record)
        tally.add(
            amountFen: amountFen, commissionFen: commissionFen ?? 0,
            isPosted: status == .value(.posted) && type != .skip)
        guard case .value(let type) = type, case .value(let status) = status else {
            totals.addSkipped()
            return nil
        }
        let detail = LayoutLine(
            line: MatchLine(
                serial: try record.text(fields.serial, .serial) {
                    FieldGrammar.fault(serial: $0)
                },
                partnerReference: try record.text(fields.reference, .reference) {
                    FieldGrammar.fault(partnerReference: $0)
                },
                type: type,
                accountReference: try record.text(
                    fields.account, .account,
                    { fields.hasMaskedCards ? MaskedCard.canonical($0) : $0 },
                    fault: {
                        $0.isEmpty
                            ? nil : FieldGrammar.fault(accountReference: $0, type: type)
                    }),
                amountFen: amountFen, status: status, time: time,
                lineNumber: record.number),
            commissionFen: commissionFen)
        totals.add(detail, as: type)
        return detail
    }

    private func time(of record: LayoutRecord) throws(LayoutError) -> Instant {
        let date: BusinessDate?
        let second: Int
        switch layout.fields.time {
        case .one(let moment):
            let reading = try record.moment(moment, .time)
            (date, second) = (reading.date, reading.secondOfDay)
        case .two(let dateMoment, let clock):
            date =
                if let dateMoment { try record.moment(dateMoment, .date).date } else {
                    businessDate
                }
            second = if let clock { try record.moment(clock, .clock).secondOfDay } else { 0 }
        }
        // A layout whose lines tell no date has one in the file's name or head.
        guard let date else { preconditionFailure("no date") }
        let time = layout.zone.midnight(startOf: date).adding(milliseconds: Int64(second) * 1_000)
        guard FieldGrammar.isWritable(time) else {
            throw .fieldInvalid(
                line: record.number, field: .time, value: "\(date)",
                cause: .timeInvalid(pattern: "yyyy-MM-dd"))
        }
        return time
    }
}
