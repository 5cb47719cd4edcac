import CivilTime

@testable import Settlement

/// A layout by chance, and a writer of its files that shares no code with the reader.
struct RandomLayout {
    private enum Sign: CaseIterable { case signed, inverted, direction, minus }

    let name = "L.dat"
    private let isFixed: Bool
    private let isGB: Bool
    private let delimiter: String
    private let hasPrefix: Bool
    private let hasHeader: Bool
    private let isYuan: Bool
    private let hasThousands: Bool
    private let sign: Sign
    private let hasTwoTimes: Bool
    private let zone: ZoneOffset
    private let hasTrailer: Bool
    private let lineEnd: String
    private let hasLastLineEnd: Bool
    private let hasMark: Bool
    /// The fields in the order of the file.
    private let order: [String]

    private static let width = 32
    private static let trailerMark = "TOTAL#"
    /// Characters that are special to tables, if only by a byte in GB18030, with their bytes there.
    private static let characters: [(Character, [UInt8])] = [
        ("甲", [0xBC, 0xD7]), ("皘", [0xB0, 0x7C]), ("癨", [0xB0, 0x5C]), ("癭", [0xB0, 0x60]),
        ("㐂", [0x81, 0x39, 0xEF, 0x31]), ("𠮷", [0x95, 0x34, 0xB2, 0x35]), ("A", [0x41]),
        ("7", [0x37]), ("-", [0x2D]), ("'", [0x27]), ("\"", [0x22]), (",", [0x2C]),
        (";", [0x3B]), ("@", [0x40]),
    ]

    init(_ random: inout SplitMix) {
        func flip() -> Bool { Bool.random(using: &random) }
        func one<Value>(_ values: [Value]) -> Value {
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        isFixed = one([true, false, false])
        isGB = flip()
        delimiter = one([",", ";", "|", "@|", "\t"])
        hasPrefix = flip()
        hasHeader = flip()
        isYuan = flip()
        hasThousands = flip()
        sign = one(Sign.allCases)
        hasTwoTimes = flip()
        zone = ZoneOffset(minutes: one([480, 0, -330])) ?? .china
        hasTrailer = flip()
        lineEnd = one(["\n", "\r\n"])
        hasLastLineEnd = flip()
        hasMark = flip()
        let side =
            switch sign {
            case .signed, .inverted: [String]()
            case .direction: ["direction"]
            case .minus: ["minus"]
            }
        let times = hasTwoTimes ? ["date", "clock"] : ["time"]
        order =
            (["serial", "reference", "type", "account", "amount", "status", "commission", "other"]
            + side + times).shuffled(using: &random)
    }

    func line(_ number: Int, _ random: inout SplitMix) -> LayoutLine {
        let type = SettlementType.allCases.randomElement(using: &random) ?? .billPayment
        let amountFen = Int64.random(in: 1...99_999_999_999, using: &random)
        let isNegative = Bool.random(using: &random)
        let commissionFen = Int64.random(in: 0...1_000, using: &random)
        let date = BusinessDate.epoch.adding(days: Int.random(in: 15_000...25_000, using: &random))
        let second = Int64.random(in: 0..<86_400, using: &random)
        return LayoutLine(
            line: MatchLine(
                serial: text("\(number).", &random), partnerReference: text("", &random),
                type: type,
                accountReference: type == .withdrawal ? "************1234" : text("", &random),
                amountFen: isNegative ? -amountFen : amountFen,
                status: Bool.random(using: &random) ? .posted : .reversed,
                time: zone.midnight(startOf: date).adding(milliseconds: second * 1_000)),
            commissionFen: isNegative ? -commissionFen : commissionFen)
    }

    private func text(_ beginning: String, _ random: inout SplitMix) -> String {
        let count = Int.random(in: 0...6, using: &random)
        return beginning
            + String(
                (0..<count).compactMap { _ in
                    Self.characters.randomElement(using: &random)?.0
                })
    }

    /// The file of these lines.
    func bytes(_ lines: [LayoutLine]) -> [UInt8] {
        var rows = lines.map { line in row(order.map { value($0, line) }) }
        if hasHeader { rows.insert(encode(header), at: 0) }
        if hasTrailer {
            let sumFen = lines.reduce(0) { $0 + $1.line.amountFen }
            rows.append(
                row([
                    Self.trailerMark, "\(lines.count)",
                    amount(sign == .inverted ? -sumFen : sumFen),
                ]))
        }
        let mark: [UInt8] = isGB ? [0x84, 0x31, 0x95, 0x33] : [0xEF, 0xBB, 0xBF]
        var bytes = hasMark ? mark : []
        for row in rows { bytes += row + Array(lineEnd.utf8) }
        return hasLastLineEnd || rows.isEmpty ? bytes : bytes.dropLast(lineEnd.utf8.count)
    }

    private var header: String {
        isFixed ? "the header" : order.joined(separator: delimiter)
    }

    private func row(_ values: [String]) -> [UInt8] {
        if isFixed {
            return values.flatMap { value in
                let bytes = encode(value)
                return bytes + [UInt8](repeating: 0x20, count: Self.width - bytes.count)
            }
        }
        let cells = values.map { value in
            if hasPrefix { return "`" + value }
            guard value.contains("\"") || value.contains(delimiter) else { return value }
            return "\""
                + value.split(separator: "\"", omittingEmptySubsequences: false)
                .joined(separator: "\"\"") + "\""
        }
        return encode(cells.joined(separator: delimiter))
    }

    private func encode(_ text: String) -> [UInt8] {
        guard isGB else { return Array(text.utf8) }
        return text.flatMap { character in
            Self.characters.first { $0.0 == character }?.1 ?? Array(String(character).utf8)
        }
    }

    private func value(_ field: String, _ line: LayoutLine) -> String {
        let amountFen = line.line.amountFen
        let time = zone.text(line.line.time)
        switch field {
        case "serial": return line.line.serial
        case "reference": return line.line.partnerReference
        case "type": return line.line.type?.rawValue.lowercased() ?? ""
        case "account": return line.line.accountReference
        case "amount":
            return switch sign {
            case .signed: amount(amountFen)
            case .inverted: amount(-amountFen)
            case .direction: amount(abs(amountFen))
            case .minus: amountFen > 0 ? amount(amountFen) : "0"
            }
        case "direction": return amountFen < 0 ? "甲" : "A"
        case "minus": return amountFen < 0 ? amount(-amountFen) : ""
        case "status": return line.line.status == .posted ? "" : "N"
        case "commission": return amount(abs(line.commissionFen ?? 0))
        case "date": return time.prefix(10).split(separator: "-").joined()
        case "clock": return String(time.dropFirst(11).prefix(8))
        case "time": return time.prefix(10) + " " + time.dropFirst(11).prefix(8)
        case _: return "甲, \"x\""
        }
    }

    private func amount(_ fen: Int64) -> String {
        let whole = isYuan ? abs(fen) / 100 : abs(fen)
        var digits = Array("\(whole)")
        var place = digits.count - 3
        while hasThousands, place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        let cents = abs(fen) % 100
        let decimals = isYuan ? ".\(cents / 10)\(cents % 10)" : ""
        return (fen < 0 ? "-" : "") + String(digits) + decimals
    }
}

extension RandomLayout {
    /// The description of the layout.
    var json: String {
        let unit = "\"unit\": \"\(isYuan ? "yuan" : "fen")\", \"thousands\": \(hasThousands)"
        let signText =
            switch sign {
            case .signed: "\"sign\": \"signed\""
            case .inverted: "\"sign\": \"inverted\""
            case .direction:
                "\"direction\": { \(place("direction")), \"words\": [\(words(["A", "plus"], ["甲", "minus"]))] }"
            case .minus: "\"minus\": { \(place("minus")) }"
            }
        let types = SettlementType.allCases.map { [$0.rawValue.lowercased(), $0.rawValue] }
        let times =
            hasTwoTimes
            ? [
                "\"date\": { \(place("date")), \"pattern\": \"yyyyMMdd\" }",
                "\"clock\": { \(place("clock")), \"pattern\": \"HH:mm:ss\" }",
            ] : ["\"time\": { \(place("time")), \"pattern\": \"yyyy-MM-dd HH:mm:ss\" }"]
        let fields =
            ["serial", "reference", "account"].map { "\"\($0)\": { \(place($0)) }" } + [
                "\"type\": { \(place("type")), \"words\": [\(words(types))] }",
                "\"status\": { \(place("status")), \"words\": "
                    + "[\(words([["", "POSTED"], ["N", "REVERSED"]]))] }",
                "\"amount\": { \(place("amount")), \(unit), \(signText) }",
                "\"commission\": { \(place("commission")), \(unit), \"sign\": \"amount\" }",
            ] + times
        let members =
            [
                "\"encoding\": \"\(isGB ? "gb18030" : "utf-8")\"", "\"may_be_empty\": true",
                "\"zone_minutes\": \(zone.minutes)",
            ] + form + trailer + ["\"fields\": { \(fields.joined(separator: ", ")) }"]
        return "{ \(members.joined(separator: ", ")) }"
    }

    private var form: [String] {
        let names = isFixed ? "\"\(header)\"" : "\(order)"
        let head = hasHeader ? ["\"header\": \(names)"] : []
        guard !isFixed else {
            return head
                + ["\"kind\": \"fixed_width\"", "\"line_bytes\": \(order.count * Self.width)"]
        }
        let word = delimiter == "\t" ? "tab" : delimiter
        return head + ["\"kind\": \"csv\"", "\"delimiter\": \"\(word)\""]
            + ["\"columns\": \(order.count)"]
            + (hasPrefix ? ["\"field_prefix\": \"`\""] : [])
    }

    private var trailer: [String] {
        guard hasTrailer else { return [] }
        let beginning = (hasPrefix && !isFixed ? "`" : "") + Self.trailerMark
        return [
            """
            "trailer": { "begins_with": "\(beginning)", "checks": [
              { "measure": "count", "lines": "all", \(place(index: 1)) },
              { "measure": "amount", "lines": "all", \(place(index: 2)) } ] }
            """
        ]
    }

    private func place(_ field: String) -> String { place(index: order.firstIndex(of: field) ?? 0) }

    private func place(index: Int) -> String {
        isFixed
            ? "\"start\": \(index * Self.width + 1), \"length\": \(Self.width)"
            : "\"number\": \(index + 1)"
    }

    private func words(_ pairs: [String]...) -> String { words(pairs) }

    private func words(_ pairs: [[String]]) -> String {
        pairs.map { "{ \"word\": \"\($0[0])\", \"means\": \"\($0[1])\" }" }
            .joined(separator: ", ")
    }
}
