import Agency
import CivilTime
import Foundation

/// Sets how a partner that cannot produce our format writes its files.
enum SettlementLayoutCommand: Command {
    static let name = "settlement layout"
    static let abstract = "set or list the layouts in which partners write their files"
    static let discussion = """
        agencypos settlement layout --partner CODE --from YYYY-MM-DD LAYOUT.json
        agencypos settlement layout --list [--partner CODE]

        Stop the server first. From that day on what the partner lays into its inbox is read by the
        layout, without a code beside it, unless its name begins with APS_ or APA_. A layout
        is never changed: a later one follows. docs/partner-layouts.md explains layouts; try one
        with settlement convert.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--partner", value: "CODE", help: "a partner of the catalogue"),
        Arguments.Option(name: "--from", value: "DATE", help: "the first day of the layout"),
        Arguments.Option(name: "--list", help: "show partner, first day and kind of each layout"),
    ]

    static func run(_ arguments: Arguments) throws {
        guard !arguments.has("--list") else { return try list(arguments) }
        guard let path = arguments.operands.first, arguments.operands.count == 1 else {
            throw CommandError.usage("name one file with a layout; see --help")
        }
        let partner = try arguments.required("--partner")
        guard let date = try arguments.date("--from") else {
            throw CommandError.usage("--from is missing; give the first day, YYYY-MM-DD")
        }
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else {
            throw CommandError.usage("\(path) cannot be read as UTF-8; name a file with a layout")
        }
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        defer { book.close() }
        try book.setLayout(text, ofPartner: partner, from: date)
        print("\(partner): files in this layout from \(date) on")
    }

    private static func list(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        guard !arguments.has("--from") else {
            throw CommandError.usage("--from is not for --list")
        }
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        defer { book.close() }
        let layouts = try book.layouts(ofPartner: arguments.text("--partner"))
        print(["partner", "from", "kind"].joined(separator: "\t"))
        for layout in layouts {
            print("\(layout.partnerCode)\t\(layout.validFrom)\t\(layout.kind)")
        }
    }
}
