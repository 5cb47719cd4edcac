import Agency
import CivilTime

/// Attractions and events, and the rules by which tickets are given back.
extension FixtureGenerator {
    /// The products whose offers `offers.csv` holds.
    static let scenicID = "SCENIC"
    static let showID = "SHOW"
    /// The coach company sells the tickets of the places that it drives to.
    private static let scenicPartnerID = "COACH01"

    /// The catalogue with passes of attractions, and events.
    func withOffers(_ catalogue: CatalogueFile) -> CatalogueFile {
        var catalogue = catalogue
        let offers: [(id: String, name: String, feeFen: Int64, ppm: Int64)] = [
            (Self.scenicID, "景区门票", 0, 50_000), (Self.showID, "演出票", 300, 40_000),
        ]
        for offer in offers {
            catalogue.products.append(
                CatalogueFile.Product(
                    id: offer.id, partnerID: Self.scenicPartnerID, name: offer.name,
                    minimumFen: 100, maximumFen: 500_000,
                    details: .ticket(reservationMinutes: 15)))
            catalogue.contracts.append(
                CatalogueFile.Contract(
                    id: "CT-\(offer.id)-2020", partnerID: Self.scenicPartnerID,
                    productID: offer.id, validFrom: Self.date(2020, 1, 1), validTo: nil,
                    serviceFeeFen: offer.feeFen,
                    commission: .rate(
                        partsPerMillion: offer.ppm, minimumFen: 20, maximumFen: 2_000),
                    split: CatalogueFile.Split(
                        operatorBasisPoints: 5_000, villageBasisPoints: 2_000,
                        townBasisPoints: 1_500, districtBasisPoints: 1_500,
                        remainderTo: .village),
                    terms: Terms([.saleDays: 180])))
        }
        return catalogue
    }

    /// The catalogue with each principal's rules for tickets that are given back or exchanged.
    func withTicketRules(_ catalogue: CatalogueFile) -> CatalogueFile {
        var catalogue = catalogue
        for index in catalogue.contracts.indices {
            let (rules, terms) = Self.rules(of: catalogue.contracts[index].productID)
            catalogue.contracts[index].ticketRules = rules
            catalogue.contracts[index].terms = catalogue.contracts[index].terms
                .overridden(by: terms)
        }
        return catalogue
    }

    private static func rules(of productID: String) -> (TicketRules, Terms) {
        func rule(_ hours: Int64, percent: Int64, atLeast fen: Int64 = 0) -> TicketRule {
            TicketRule(
                fromMinutes: hours * 60, feeBasisPoints: percent * 100, minimumFeeFen: fen)
        }
        return switch productID {
        // Fees of rail tickets are rounded to half a yuan.
        case railID:
            (
                TicketRules([
                    .refund: [
                        rule(192, percent: 0), rule(48, percent: 5, atLeast: 200),
                        rule(24, percent: 10, atLeast: 200), rule(0, percent: 20, atLeast: 200),
                    ],
                    .change: [rule(0, percent: 0)],
                ]), Terms([.refundRoundingFen: 50])
            )
        case coachID:
            (
                TicketRules([
                    .refund: [rule(2, percent: 10), rule(0, percent: 20)],
                    .change: [rule(2, percent: 0), rule(0, percent: 10, atLeast: 100)],
                ]), Terms()
            )
        case scenicID: (TicketRules([.refund: [rule(0, percent: 0)]]), Terms())
        case showID:
            (
                TicketRules([
                    .refund: [rule(72, percent: 10), rule(24, percent: 50)],
                    .change: [rule(24, percent: 10)],
                ]), Terms()
            )
        case _: (TicketRules(), Terms())
        }
    }

    func writeOffers(to folder: String, progress: (String) -> Void) throws(FixtureError) {
        let file = try FixtureFile(path: folder + "/" + OfferFileReader.fileName)
        file.append(OfferFileReader.columns.joined(separator: ","))
        try file.endLine()
        let offers = offers()
        for offer in offers { try Self.append(offer, to: file) }
        try file.finish()
        progress("\(OfferFileReader.fileName): \(offers.count) passes and events")
    }

    private func offers() -> [OfferRow] {
        let season = TripCalendar(
            from: Self.date(today.parts.year, 1, 1), to: Self.date(today.parts.year + 1, 12, 31))
        let weekend = TripCalendar(weekdays: 0b111_0000, from: season.from, to: season.to)
        return [
            OfferRow(
                productID: Self.scenicID, offerID: "JQ-WANGYUN", kind: .pass, name: "望云山一日票",
                venue: "望云山景区", minutes: 17 * 60, calendar: season, fareFen: 6_000,
                childFareFen: 3_000, seniorFareFen: 3_000),
            OfferRow(
                productID: Self.scenicID, offerID: "JQ-DONGXI", kind: .pass, name: "东溪古镇联票",
                venue: "东溪古镇", minutes: 18 * 60, calendar: season, fareFen: 4_500,
                childFareFen: 2_000, capacity: 2_000),
            OfferRow(
                productID: Self.showID, offerID: "YC-SHANGE", kind: .event, name: "青川山歌之夜",
                venue: "县文化馆剧场", minutes: 19 * 60 + 30, calendar: weekend, fareFen: 8_000,
                childFareFen: 4_000, capacity: 300),
        ]
    }

    private static func append(_ offer: OfferRow, to file: FixtureFile) throws(FixtureError) {
        let minutes = offer.minutes
        let days = (0..<7).filter { offer.calendar.weekdays >> Int64($0) & 1 == 1 }
        let fields = [
            offer.productID, offer.offerID, offer.kind.rawValue, offer.name, offer.venue,
            padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2),
            days.count == 7 ? "" : days.map { String($0 + 1) }.joined(),
            offer.calendar.from?.description ?? "", offer.calendar.to?.description ?? "",
            String(offer.fareFen), offer.childFareFen.map { String($0) } ?? "",
            offer.seniorFareFen.map { String($0) } ?? "",
            offer.capacity.map { String($0) } ?? "",
        ]
        for (index, field) in fields.enumerated() {
            if index > 0 { file.separate() }
            file.appendField(field)
        }
        try file.endLine()
    }
}
