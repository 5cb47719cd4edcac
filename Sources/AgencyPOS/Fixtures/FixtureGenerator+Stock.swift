import Agency

extension FixtureGenerator {
    static let scratchID = "SCRATCH10"
    static let cardID = "SIMCARD"
    static let formID = "FORM"
    static let lotteryID = "LOTTERY01"

    /// The serials of each pack that lies at a station or at the district centre.
    private static let packSizes = [scratchID: 100, cardID: 10, formID: 100]
    /// One ticket of so many wins.
    private static let ticketsPerPrize = 5
    /// The first winner of the demo, which the documentation names.
    private static let firstCode = "7391-4402"

    func stockProducts() -> [CatalogueFile.Product] {
        [
            CatalogueFile.Product(
                id: Self.scratchID, partnerID: Self.lotteryID, name: "即开票 10元",
                minimumFen: 1_000, maximumFen: 50_000, details: .stock),
            CatalogueFile.Product(
                id: Self.cardID, partnerID: "MOBILE01", name: "移动电话卡", minimumFen: 5_000,
                maximumFen: 5_000, details: .stock),
        ]
    }

    func stock() -> StockFile {
        StockFile(
            items: [
                StockFile.Item(
                    id: Self.scratchID, name: "即开票 10元", productID: Self.scratchID,
                    format: Self.format(of: Self.scratchID), faceValueFen: 1_000,
                    activation: .pack, prizes: .sold),
                StockFile.Item(
                    id: Self.cardID, name: "移动电话卡", productID: Self.cardID,
                    format: Self.format(of: Self.cardID), faceValueFen: 5_000, activation: .each,
                    needsIdentity: true),
                StockFile.Item(
                    id: Self.formID, name: "手工收据", productID: nil,
                    format: Self.format(of: Self.formID)),
            ], papers: [])
    }

    private static func format(of item: String) -> StockFormat {
        switch item {
        case scratchID: StockFormat(prefix: "SC", digitCount: 9, checkDigits: .modulo10)
        case cardID: StockFormat(prefix: "8986", digitCount: 12, checkDigits: .modulo97)
        case _: StockFormat(prefix: "RP", digitCount: 8, checkDigits: .none)
        }
    }

    /// Writes one pack of each item for each station and for the district centre, and the winners.
    func writeStock(
        of network: NetworkFile, to folder: String, progress: (String) -> Void
    ) throws(FixtureError) {
        let places =
            network.stations.map(\.id)
            + network.centres.filter { $0.level == .district }.map(\.id)
        let packs = try FixtureFile(path: folder + "/" + StockPackReader.fileName)
        packs.append(StockPackReader.columns.joined(separator: ","))
        try packs.endLine()
        for item in [Self.scratchID, Self.cardID, Self.formID] {
            let format = Self.format(of: item)
            let size = Self.packSizes[item] ?? 1
            for (index, place) in places.enumerated() {
                let first = Self.firstNumber(ofPack: index)
                let fields = [
                    item, format.text(first), format.text(first + Int64(size) - 1), place,
                    "SH-" + Self.padded(index + 1, 4),
                ]
                packs.append(fields.joined(separator: ","))
                try packs.endLine()
            }
        }
        try packs.finish()
        progress("\(StockPackReader.fileName): packs for \(places.count) places")
        try writeWinners(packCount: places.count, to: folder)
    }

    private static func firstNumber(ofPack index: Int) -> Int64 { Int64(index + 1) * 1_000 + 1 }

    private func writeWinners(packCount: Int, to folder: String) throws(FixtureError) {
        var generator = SeededGenerator(seed: seed, stream: .prizes)
        let file = try FixtureFile(path: folder + "/" + PrizeFileReader.fileName)
        file.append(PrizeFileReader.columns.joined(separator: ","))
        try file.endLine()
        let format = Self.format(of: Self.scratchID)
        for pack in 0..<packCount {
            for ticket in stride(from: 0, to: 100, by: Self.ticketsPerPrize) {
                let number = Self.firstNumber(ofPack: pack) + Int64(ticket)
                let code =
                    Self.padded(generator.below(10_000), 4) + "-"
                    + Self.padded(generator.below(10_000), 4)
                let isFirst = pack == 0 && ticket == 0
                // The last winner of a pack is above what a counter pays.
                let amounts = [2_000, 1_000, 5_000, 10_000]
                let amountFen =
                    ticket == 95 ? 10_000_000 : amounts[ticket / Self.ticketsPerPrize % 4]
                let digest = WinningTicket.digest(
                    serial: format.text(number), validationCode: isFirst ? Self.firstCode : code)
                file.append("\(Self.scratchID),\(digest.hex),\(amountFen)")
                try file.endLine()
            }
        }
        try file.finish()
    }
}
