import CivilTime

/// Generates a demo network of any size.
enum FixturesCommand: Command {
    static let name = "fixtures"
    static let abstract = "generate a demo network with arrears and trips"
    static let discussion = """
        The same options give the same bytes. `agencypos fixtures --out fixtures/demo` makes the
        demo network that comes with the project.
        """
    static let options: [Arguments.Option] = [
        Arguments.Option(name: "--out", value: "FOLDER", help: "where to write (required)"),
        Arguments.Option(name: "--seed", value: "N", help: "default: 1"),
        Arguments.Option(name: "--stations", value: "N", help: "default: 12"),
        Arguments.Option(name: "--bills", value: "N", help: "default: 6000"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        guard let folder = arguments.text("--out") else {
            throw CommandError.usage("--out names the folder to write; see --help")
        }
        let seed = try arguments.integer("--seed", default: 1, in: 0...Int.max)
        let stations = try arguments.integer(
            "--stations", default: 12, in: FixtureGenerator.supportedStations)
        let bills = try arguments.integer(
            "--bills", default: 6_000, in: FixtureGenerator.supportedBills)
        try FixtureGenerator(seed: UInt64(seed), stations: stations, bills: bills)
            .write(to: folder) { print($0) }
    }
}
