import Agency

extension FixtureGenerator {
    /// Far enough that no test of the demo depends on the clock's day.
    private static let qualifiedUntil = date(2099, 12, 31)

    func staff(of network: NetworkFile, _ catalogue: CatalogueFile) -> StaffFile {
        var generator = SeededGenerator(seed: seed, stream: .staff)
        var users: [StaffFile.User] = []
        func add(_ id: String, _ assignment: StaffFile.Assignment) {
            users.append(
                StaffFile.User(
                    id: id, name: FixtureNames.person(&generator), assignment: assignment,
                    vettedUntil: Self.qualifiedUntil, trainingUntil: Self.qualifiedUntil,
                    isActive: true))
        }
        for (index, station) in network.stations.enumerated() {
            let number = Self.padded(index + 1, 4)
            add("OP\(number)01", .operator(stationID: station.id, post: .a))
            add("OP\(number)02", .operator(stationID: station.id, post: .b))
        }
        for centre in network.centres {
            add("SV-\(centre.id)", .supervisor(centreID: centre.id))
        }
        for partner in catalogue.partners {
            add("LI-\(partner.id)", .liaison(partnerID: partner.id))
        }
        for village in network.villages {
            add("VC-\(village.id)", .committee(villageID: village.id))
        }
        add("AD0001", .administrator)
        return StaffFile(users: users)
    }

    func credentials(
        of network: NetworkFile, _ catalogue: CatalogueFile, _ staff: StaffFile
    ) -> DemoCredentialsFile {
        var generator = SeededGenerator(seed: seed, stream: .credentials)
        let pins = staff.users.map { user in
            DemoCredentialsFile.UserPIN(
                userID: user.id, pin: Self.padded(generator.below(1_000_000), 6))
        }
        let secrets = network.terminals.map { terminal in
            DemoCredentialsFile.TerminalSecret(
                terminalID: terminal.id,
                secretHex: generator.hexadecimal(bytes: DemoCredentialsFile.keyBytes))
        }
        let keys = catalogue.partners.map { partner in
            DemoCredentialsFile.SettlementKey(
                partnerID: partner.id, keyID: partner.id + "-K1",
                keyHex: generator.hexadecimal(bytes: DemoCredentialsFile.keyBytes))
        }
        return DemoCredentialsFile(
            userPINs: pins, terminalSecrets: secrets, settlementKeys: keys)
    }
}
