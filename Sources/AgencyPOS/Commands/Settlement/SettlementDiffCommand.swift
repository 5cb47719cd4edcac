import Settlement

/// Tells what two settlement files do not have in common.
enum SettlementDiffCommand: Command {
    static let name = "settlement diff"
    static let abstract = "compare two settlement files line by line, by their serials"
    static let discussion = """
        agencypos settlement diff A B [--keys FILE | --key HEX | --data FOLDER]

        Both files are verified first. Lines are paired by serial, wherever they stand; a serial
        that comes twice is paired in order. Subtotals and trailers follow from the lines.
        \(SettlementKeyOptions.discussion)

        Exit codes: 0 the same, 1 different, 2 or more: not compared.
        """
    static let options = SettlementKeyOptions.options

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 2 else {
            throw CommandError.usage("name two files; see --help")
        }
        let verifier = try SettlementKeyOptions.verifier(arguments)
        let files = try arguments.operands.map { path in
            let place = FilePlace(path)
            do {
                return try verifier.verify(place.name, in: place.folder)
            } catch let error as SettlementError {
                throw CommandError.usage("\(path): \(error)")
            }
        }
        var differenceCount = 0
        do {
            try SettlementComparison.compare(files[0], files[1]) { difference in
                differenceCount += 1
                print(text(difference))
            }
        } catch let error as SettlementError {
            throw CommandError.usage("\(error)")
        } catch let error as SettlementComparisonError {
            throw CommandError.usage("\(error)")
        }
        guard differenceCount == 0 else {
            throw CommandError(
                message: "\(differenceCount) differences", code: .failure)
        }
    }

    private static func text(_ difference: SettlementDifference) -> String {
        switch difference {
        case .header(let field): "header: \(text(field))"
        case .onlyInFirst(let number, let detail): "only in A: line \(number), \(text(detail))"
        case .onlyInSecond(let number, let detail): "only in B: line \(number), \(text(detail))"
        case .differing(let serial, let fields):
            "serial \(serial): " + fields.map(text).joined(separator: "; ")
        }
    }

    private static func text(_ field: SettlementFieldDifference) -> String {
        "\(field.field) A \(quoted(field.first)) B \(quoted(field.second))"
    }

    private static func quoted(_ text: String) -> String { "\"\(text)\"" }

    private static func text(_ detail: SettlementDetail) -> String {
        "serial \(detail.serial), \(detail.type.rawValue), amount \(detail.amountFen) fen, "
            + detail.status.rawValue
    }
}
