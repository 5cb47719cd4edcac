import Agency

/// Loads a network, its arrears and its trips into a data folder.
enum LoadCommand: Command {
    static let name = "load"
    static let abstract = "load network, catalogue, arrears and trips from a folder of files"
    static let discussion = """
        agencypos load FOLDER

        The network, its people and its catalogue go into an empty data folder, whole or not at
        all. Run it again with new files: partners, products and contracts are added, arrears and
        trips brought up to date; bills that the new file no longer lists are withdrawn.
        The formats are described in docs/data-files.md.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--date", value: "YYYY-MM-DD",
            help: "first business date of a new book (default: today)"),
    ]

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1 else {
            throw CommandError.usage("name one folder of data files; see --help")
        }
        let date = try arguments.date("--date")
        let data = try DataFolder.load(arguments.operands[0])
        let loader = try NetworkLoader(
            path: arguments.text("--data", default: Arguments.Option.defaultData)
        ) { print($0) }
        let summary = try loader.load(data, openingOn: date)
        print(
            (summary.isKnownNetwork ? "network known; " : "")
                + "\(summary.stations) stations, \(summary.people) people, "
                + "\(summary.products) products, \(summary.bills) bills, \(summary.trips) trips, "
                + "\(summary.offers) offers"
                + (summary.withdrawnBills > 0 ? "; \(summary.withdrawnBills) withdrawn" : ""))
    }
}
