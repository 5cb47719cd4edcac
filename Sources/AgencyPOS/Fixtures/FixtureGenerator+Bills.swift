import Agency
import CivilTime

extension FixtureGenerator {
    /// Bills after which progress is told.
    private static let billsPerProgress = 250_000
    /// The day of the month after the period on which a bill falls due.
    private static let dueDay = 25
    /// What a biller adds per day late, in parts per 10,000 of the amount.
    private static let lateBasisPointsPerDay = 5

    /// A biller's way of billing.
    private struct Biller {
        let productID: [UInt8]
        /// The first two digits of its account numbers.
        let accountPrefix: Int
        let amountFen: ClosedRange<Int>
        /// It has every so manyth household of a village.
        let householdsApart: Int
    }

    /// One household, with its texts ready to be copied.
    private struct Household {
        let accountNumber: [UInt8]
        let nameAndAddress: [UInt8]
    }

    /// A month that is billed, with its texts ready to be copied.
    private struct OpenPeriod {
        let text: [UInt8]
        let dueText: [UInt8]
        let daysLate: Int
    }

    func writeBills(
        of network: NetworkFile, to folder: String, progress: (String) -> Void
    ) throws(FixtureError) {
        var generator = SeededGenerator(seed: seed, stream: .bills)
        let billers = [
            Biller(
                productID: Array(Self.waterID.utf8), accountPrefix: 31,
                amountFen: 2_000...20_000, householdsApart: 1),
            Biller(
                productID: Array(Self.powerID.utf8), accountPrefix: 52,
                amountFen: 3_000...60_000, householdsApart: 1),
            Biller(
                productID: Array(Self.heatID.utf8), accountPrefix: 63,
                amountFen: 60_000...300_000, householdsApart: 10),
            Biller(
                productID: Array(Self.cableID.utf8), accountPrefix: 74,
                amountFen: 2_400...7_200, householdsApart: 10),
        ]
        let periods = (1...3).map(openPeriod(monthsAgo:))
        let file = try FixtureFile(path: folder + "/" + BillFileReader.fileName)
        file.append(BillFileReader.columns.joined(separator: ","))
        try file.endLine()
        var written = 0
        for (index, village) in network.villages.enumerated() {
            // Every village gets its share; shares of all villages add up to the whole.
            let share = bills * (index + 1) / stations
            let place = FixtureNames.county + "县" + FixtureNames.town(townIndex(ofVillage: index))
            let address = place + village.name
            var household = 0
            while written < share {
                household += 1
                let text = Array(nameAndAddress(address, household, &generator).utf8)
                for biller in billers where household % biller.householdsApart == 0 {
                    let account = Self.accountNumber(biller.accountPrefix, index + 1, household)
                    let entry = Household(accountNumber: account, nameAndAddress: text)
                    let open = min(Self.openPeriods(&generator), share - written)
                    for period in periods.prefix(open) {
                        try append(period, of: biller, for: entry, to: file, &generator)
                        written += 1
                        if written % Self.billsPerProgress == 0 {
                            progress("\(BillFileReader.fileName): \(written) of \(bills) bills")
                        }
                    }
                }
            }
        }
        try file.finish()
        progress("\(BillFileReader.fileName): \(written) bills")
    }

    private func append(
        _ period: OpenPeriod, of biller: Biller, for household: Household, to file: FixtureFile,
        _ generator: inout SeededGenerator
    ) throws(FixtureError) {
        let amountFen = generator.number(in: biller.amountFen)
        // A late fee never outgrows what it is charged on.
        let lateFeeFen = min(
            amountFen, amountFen * period.daysLate * Self.lateBasisPointsPerDay / 10_000)
        file.append(biller.productID)
        file.separate()
        file.append(household.accountNumber)
        file.separate()
        file.append(household.nameAndAddress)
        file.separate()
        file.append(period.text)
        file.separate()
        file.append(amountFen)
        file.separate()
        file.append(lateFeeFen)
        file.separate()
        file.append(period.dueText)
        try file.endLine()
    }

    /// How many periods an account has open: mostly one, some two or three, some none.
    private static func openPeriods(_ generator: inout SeededGenerator) -> Int {
        switch generator.below(100) {
        case 0..<15: 0
        case 15..<75: 1
        case 75..<92: 2
        case _: 3
        }
    }

    private func openPeriod(monthsAgo: Int) -> OpenPeriod {
        let (year, month, _) = today.parts
        let period = year * 12 + month - 1 - monthsAgo
        let due = Self.date((period + 1) / 12, (period + 1) % 12 + 1, Self.dueDay)
        let daysLate = max(0, Int(today.daysSinceEpoch - due.daysSinceEpoch))
        let text = Self.padded(period / 12, 4) + "-" + Self.padded(period % 12 + 1, 2)
        return OpenPeriod(
            text: Array(text.utf8), dueText: Array(due.description.utf8), daysLate: daysLate)
    }

    private func nameAndAddress(
        _ village: String, _ household: Int, _ generator: inout SeededGenerator
    ) -> String {
        let name = FixtureNames.person(&generator)
        return "\(name),\(village)\(generator.number(in: 1...12))组\(household)号"
    }

    /// Prefix, village and household, and a Luhn check digit.
    private static func accountNumber(_ prefix: Int, _ village: Int, _ household: Int) -> [UInt8] {
        let number = (prefix * 10_000 + village) * 10_000_000 + household
        var digits = [UInt8](repeating: 0, count: 14)
        var rest = number
        var sum = 0
        for index in (0..<13).reversed() {
            let digit = rest % 10
            rest /= 10
            // Every second digit counts double, the digits of the double added up.
            sum += index % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)
            digits[index] = UInt8(ascii: "0") + UInt8(digit)
        }
        digits[13] = UInt8(ascii: "0") + UInt8((10 - sum % 10) % 10)
        return digits
    }
}
