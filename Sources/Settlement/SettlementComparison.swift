/// What two files do not have in common.
public enum SettlementDifference: Hashable, Sendable {
    /// A field of the two headers.
    case header(SettlementFieldDifference)
    /// A line of the first file whose serial the second one has not, or has less often.
    case onlyInFirst(number: Int, SettlementDetail)
    case onlyInSecond(number: Int, SettlementDetail)
    /// Two lines of one serial.
    case differing(serial: SettlementIdentifier, [SettlementFieldDifference])
}

/// A field with the texts of both files.
public struct SettlementFieldDifference: Hashable, Sendable {
    public let field: SettlementField
    public let first: String
    public let second: String
}

/// Compares two verified files line by line, paired by their serials.
///
/// The order of the lines does not matter; a serial that comes twice is paired in order. Memory
/// grows with the lines that still look for their other half, not with the files.
public struct SettlementComparison {
    /// The most lines that may look for their other half at one time.
    public static let maximumWaitingCount = 1_000_000

    private struct Line {
        let number: Int
        let detail: SettlementDetail
    }

    /// Lines that have come in one file and not yet in the other, by serial, the oldest first.
    private var waiting: [[SettlementIdentifier: [Line]]] = [[:], [:]]
    private var waitingCount = 0

    /// Tells the differences: headers, lines that differ, lines of one file only.
    ///
    /// Subtotals and trailers follow from the lines.
    ///
    /// - Throws: ``SettlementError``, ``SettlementComparisonError``, or what `body` throws.
    public static func compare(
        _ first: VerifiedSettlement, _ second: VerifiedSettlement,
        _ body: (SettlementDifference) throws -> Void
    ) throws {
        let headers = [first, second].map { file in
            LineEncoder.texts { $0.append(file.header) }[0]
        }
        for difference in differences(.header, headers[0], headers[1]) {
            try body(.header(difference))
        }
        var comparison = SettlementComparison()
        var readers = [first.detailReader(), second.detailReader()]
        var areLeft = [true, true]
        while areLeft.contains(true) {
            for side in 0...1 where areLeft[side] {
                guard let detail = try readers[side].next() else {
                    areLeft[side] = false
                    continue
                }
                let line = Line(number: readers[side].number, detail: detail)
                try comparison.take(line, side: side, body)
            }
        }
        for line in comparison.left(0) { try body(.onlyInFirst(number: line.number, line.detail)) }
        for line in comparison.left(1) { try body(.onlyInSecond(number: line.number, line.detail)) }
    }

    private mutating func take(
        _ line: Line, side: Int, _ body: (SettlementDifference) throws -> Void
    ) throws {
        let serial = line.detail.serial
        guard var others = waiting[1 - side][serial] else {
            waiting[side][serial, default: []].append(line)
            waitingCount += 1
            guard waitingCount <= Self.maximumWaitingCount else {
                throw SettlementComparisonError.tooDifferent(limit: Self.maximumWaitingCount)
            }
            return
        }
        let other = others.removeFirst()
        waitingCount -= 1
        waiting[1 - side][serial] = others.isEmpty ? nil : others
        // Where a line stands is no difference. Bytes, since equal texts may have other bytes.
        let lines = (side == 0 ? [line, other] : [other, line]).map { line in
            LineEncoder.bytes { $0.append(line.detail, number: 1) }
        }
        guard lines[0] != lines[1] else { return }
        let texts = lines.map { LineEncoder.texts($0)[0] }
        try body(.differing(serial: serial, Self.differences(.detail, texts[0], texts[1])))
    }

    private func left(_ side: Int) -> [Line] {
        waiting[side].values.flatMap { $0 }.sorted { $0.number < $1.number }
    }

    private static func differences(
        _ record: SettlementRecord, _ first: [String], _ second: [String]
    ) -> [SettlementFieldDifference] {
        SettlementField.all.filter { $0.record == record }.compactMap { field in
            let (one, other) = (first[field.position - 1], second[field.position - 1])
            // Not by canonical equivalence: a file's texts are bytes.
            guard !one.utf8.elementsEqual(other.utf8) else { return nil }
            return SettlementFieldDifference(field: field, first: one, second: other)
        }
    }
}

/// Why two files are not compared.
public enum SettlementComparisonError: Error, Hashable, Sendable {
    case tooDifferent(limit: Int)
}

extension SettlementComparisonError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooDifferent(let limit):
            "more than \(limit) lines have no other half so far; these are not two of one day"
        }
    }
}
