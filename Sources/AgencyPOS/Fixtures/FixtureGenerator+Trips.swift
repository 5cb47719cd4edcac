import Agency

extension FixtureGenerator {
    /// Departures between a town and the county seat, each way.
    private static let townDepartures = 4

    func writeTrips(
        of network: NetworkFile, to folder: String, progress: (String) -> Void
    ) throws(FixtureError) {
        let file = try FixtureFile(path: folder + "/" + TripFileReader.fileName)
        file.append(TripFileReader.columns.joined(separator: ","))
        try file.endLine()
        let trips = coachTrips(of: network) + railTrips()
        for trip in trips { try Self.append(trip, to: file) }
        try file.finish()
        progress("\(TripFileReader.fileName): \(trips.count) trips a day")
    }

    private func coachTrips(of network: NetworkFile) -> [TripRow] {
        var generator = SeededGenerator(seed: seed, stream: .trips)
        let seat = FixtureNames.county + "汽车站"
        var trips: [TripRow] = []
        func add(_ origin: String, _ destination: String, departures: Int, fareFen: Int) {
            for departure in 0..<departures {
                // Spread over 06:00 to 18:59, on whole five minutes.
                let slot = departure * 156 / departures + generator.below(156 / departures)
                trips.append(
                    TripRow(
                        productID: Self.coachID,
                        tripID: "QC" + Self.padded(trips.count + 1, 4), origin: origin,
                        destination: destination, departureMinutes: 360 + slot * 5,
                        fareFen: Int64(fareFen), seatsPerDay: Int64(19 + generator.below(4) * 10),
                        runsDaily: true))
            }
        }
        for town in 0..<townCount {
            let stop = FixtureNames.town(town) + "客运站"
            let fareFen = generator.number(in: 8...25) * 100
            add(stop, seat, departures: Self.townDepartures, fareFen: fareFen)
            add(seat, stop, departures: Self.townDepartures, fareFen: fareFen)
        }
        add(seat, "锦城客运中心", departures: 6, fareFen: 8_500)
        add("锦城客运中心", seat, departures: 6, fareFen: 8_500)
        add(seat, "临江汽车北站", departures: 3, fareFen: 6_200)
        // A trip that is on the timetable and not sold, so that readers meet one.
        add(seat, "望云山景区", departures: 1, fareFen: 3_000)
        trips[trips.count - 1].runsDaily = false
        return trips
    }

    private func railTrips() -> [TripRow] {
        let routes: [(destination: String, fareFen: Int64, departures: [Int])] = [
            ("锦城东站", 9_450, [395, 480, 615, 790, 905, 1_080, 1_215]),
            ("临江站", 5_850, [430, 700, 1_010]),
            ("云州北站", 16_300, [520, 845, 1_130]),
            ("京华南站", 55_350, [460, 1_265]),
        ]
        var trips: [TripRow] = []
        for route in routes {
            for departure in route.departures {
                trips.append(
                    TripRow(
                        productID: Self.railID, tripID: "D\(5_101 + trips.count * 2)",
                        origin: FixtureNames.county + "站", destination: route.destination,
                        departureMinutes: departure, fareFen: route.fareFen, seatsPerDay: 120,
                        runsDaily: true))
            }
        }
        return trips
    }

    private static func append(_ trip: TripRow, to file: FixtureFile) throws(FixtureError) {
        let fields = [
            trip.productID, trip.tripID, trip.origin, trip.destination, trip.departureTime,
            String(trip.fareFen), String(trip.seatsPerDay), String(trip.runsDaily),
        ]
        for (index, field) in fields.enumerated() {
            if index > 0 { file.separate() }
            file.appendField(field)
        }
        try file.endLine()
    }
}
