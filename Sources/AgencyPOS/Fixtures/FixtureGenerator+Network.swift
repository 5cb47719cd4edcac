import Agency
import CivilTime

extension FixtureGenerator {
    /// Villages that one town centre looks after at most, in large networks.
    private static let villagesPerTown = 40
    /// Towns of the demo and of small networks, as far as there are villages for them.
    private static let leastTowns = 3
    /// Of six stations in a row, the place of the one that a shop hosts.
    private static let hostedPlace = 4
    private static let hostedPeriod = 6

    /// How many towns there are.
    var townCount: Int {
        let needed = (stations + Self.villagesPerTown - 1) / Self.villagesPerTown
        return max(needed, min(Self.leastTowns, stations))
    }

    /// The town, from 0, that a village, from 0, belongs to.
    func townIndex(ofVillage village: Int) -> Int {
        village * townCount / stations
    }

    func network() -> NetworkFile {
        var generator = SeededGenerator(seed: seed, stream: .network)
        let districtID = "D01"
        var file = NetworkFile(
            agency: NetworkFile.Institution(
                id: "330102A", name: FixtureNames.county + "县便民服务代办中心", currency: "CNY",
                zoneOffset: .china),
            centres: [
                NetworkFile.Centre(
                    id: districtID, name: FixtureNames.county + "县便民服务中心",
                    level: .district, parentID: nil,
                    bank: CentreBank(
                        name: FixtureNames.county + "农村合作银行", account: "33010200000000000018"))
            ],
            villages: [], stations: [], terminals: [], tills: [])
        for town in 0..<townCount {
            file.centres.append(
                NetworkFile.Centre(
                    id: townID(town), name: FixtureNames.town(town) + "便民服务中心",
                    level: .town, parentID: districtID))
        }
        for index in 0..<stations {
            let name = FixtureNames.village(index)
            let villageID = "V" + Self.padded(index + 1, 3)
            file.villages.append(
                NetworkFile.Village(
                    id: villageID, name: name,
                    townCentreID: townID(townIndex(ofVillage: index))))
            appendStation(index, village: name, villageID, to: &file, &generator)
        }
        return file
    }

    private func appendStation(
        _ index: Int, village: String, _ villageID: String, to file: inout NetworkFile,
        _ generator: inout SeededGenerator
    ) {
        let id = "S" + Self.padded(index + 1, 4)
        let isHosted = index % Self.hostedPeriod == Self.hostedPlace
        let tier: NetworkFile.Station.Tier =
            if isHosted { .basic } else if index % 4 == 0 { .demonstration } else { .standard }
        let host = isHosted ? village + generator.element(of: FixtureNames.hosts) : nil
        file.stations.append(
            NetworkFile.Station(
                id: id, name: village + (isHosted ? "便民服务点" : "便民服务站"),
                villageID: villageID, tier: tier, isServicePoint: isHosted, host: host))

        let (kinds, tills, floatFen) = Self.equipment(of: tier)
        for (place, kind) in kinds.enumerated() {
            file.terminals.append(
                NetworkFile.Terminal(id: "\(id)-T\(place + 1)", stationID: id, kind: kind))
        }
        for till in 1...tills {
            file.tills.append(
                NetworkFile.Till(id: "\(id)-C\(till)", stationID: id, openingFloatFen: floatFen))
        }
    }

    /// The terminals, the number of tills and the opening float of each, in fen.
    private static func equipment(
        of tier: NetworkFile.Station.Tier
    ) -> (kinds: [NetworkFile.Terminal.Kind], tills: Int, floatFen: Int64) {
        switch tier {
        case .demonstration: ([.pos, .assistedWithdrawal, .pc], 2, 500_000)
        case .standard: ([.pos, .assistedWithdrawal], 2, 300_000)
        case .basic: ([.pos], 1, 200_000)
        }
    }

    private func townID(_ town: Int) -> String {
        "T" + Self.padded(town + 1, 2)
    }
}
