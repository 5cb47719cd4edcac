extension NetworkFile {
    /// Checks that ids are unique and that references within the file name something.
    ///
    /// - Throws: `DataFileError` for the first fault in the order of the file.
    public func validate() throws(DataFileError) {
        let file = Self.fileName
        let districts = centres.filter { $0.level == .district }.map(\.id)
        let towns = centres.filter { $0.level == .town }.map(\.id)
        _ = try DataFileReferences(
            centres.map(\.id), noun: "centre", file: file, array: "centres")
        let knownDistricts = try DataFileReferences(
            districts, noun: "district centre", file: file, array: "centres")
        let knownTowns = try DataFileReferences(
            towns, noun: "town centre", file: file, array: "centres")
        let knownVillages = try DataFileReferences(
            villages.map(\.id), noun: "village", file: file, array: "villages")
        let knownStations = try stationReferences()
        _ = try terminalReferences()
        let knownTills = try DataFileReferences(
            tills.map(\.id), noun: "till", file: file, array: "tills")

        for (index, centre) in centres.enumerated() {
            let path = "/centres/\(index)/parent_id"
            switch (centre.level, centre.parentID) {
            case (.district, .none): break
            case (.district, .some(let parentID)):
                throw DataFileError(
                    file: file, path: path, .inconsistent, value: parentID,
                    "a district centre has nothing above it; leave the field out")
            case (.town, .none):
                throw DataFileError(
                    file: file, path: path, .inconsistent,
                    "a town centre needs its district centre; name it")
            case (.town, .some(let parentID)):
                try knownDistricts.check(parentID, file: file, path: path)
            }
        }
        for (index, village) in villages.enumerated() {
            try knownTowns.check(
                village.townCentreID, file: file, path: "/villages/\(index)/town_centre_id")
        }
        for (index, station) in stations.enumerated() {
            try knownVillages.check(
                station.villageID, file: file, path: "/stations/\(index)/village_id")
        }
        for (index, terminal) in terminals.enumerated() {
            try knownStations.check(
                terminal.stationID, file: file, path: "/terminals/\(index)/station_id")
        }
        for (index, till) in tills.enumerated() {
            try knownStations.check(
                till.stationID, file: file, path: "/tills/\(index)/station_id")
        }
        for (index, limit) in tillLimits.enumerated() {
            guard let till = limit.tillID else { continue }
            try knownTills.check(till, file: file, path: "/till_limits/\(index)/till_id")
        }
    }

    func stationReferences() throws(DataFileError) -> DataFileReferences {
        try DataFileReferences(
            stations.map(\.id), noun: "station", file: Self.fileName, array: "stations")
    }

    func terminalReferences() throws(DataFileError) -> DataFileReferences {
        try DataFileReferences(
            terminals.map(\.id), noun: "terminal", file: Self.fileName, array: "terminals")
    }
}

extension StaffFile {
    /// Checks that ids are unique and that every user's place exists.
    ///
    /// - Throws: `DataFileError` for the first fault in the order of the file.
    public func validate(
        network: NetworkFile, catalogue: CatalogueFile
    ) throws(DataFileError) {
        let file = Self.fileName
        _ = try userReferences()
        let stations = try network.stationReferences()
        let partners = try catalogue.partnerReferences()
        let centres = try DataFileReferences(
            network.centres.map(\.id), noun: "centre", file: NetworkFile.fileName,
            array: "centres")
        let villages = try DataFileReferences(
            network.villages.map(\.id), noun: "village", file: NetworkFile.fileName,
            array: "villages")
        for (index, user) in users.enumerated() {
            switch user.assignment {
            case .operator(let id, _):
                try stations.check(id, file: file, path: "/users/\(index)/station_id")
            case .supervisor(let id):
                try centres.check(id, file: file, path: "/users/\(index)/centre_id")
            case .liaison(let id):
                try partners.check(id, file: file, path: "/users/\(index)/partner_id")
            case .committee(let id):
                try villages.check(id, file: file, path: "/users/\(index)/village_id")
            case .administrator: break
            }
        }
    }

    func userReferences() throws(DataFileError) -> DataFileReferences {
        try DataFileReferences(
            users.map(\.id), noun: "user", file: Self.fileName, array: "users")
    }
}

extension DemoCredentialsFile {
    /// Checks that each secret is given once and that its owner exists.
    ///
    /// - Throws: `DataFileError` for the first fault; it shows ids, never a secret.
    public func validate(
        network: NetworkFile, catalogue: CatalogueFile, staff: StaffFile
    ) throws(DataFileError) {
        let file = Self.fileName
        _ = try DataFileReferences(
            userPINs.map(\.userID), noun: "PIN", file: file, array: "user_pins", key: "user_id")
        _ = try DataFileReferences(
            terminalSecrets.map(\.terminalID), noun: "secret", file: file,
            array: "terminal_secrets", key: "terminal_id")
        _ = try DataFileReferences(
            settlementKeys.map(\.keyID), noun: "key", file: file, array: "settlement_keys",
            key: "key_id")
        let users = try staff.userReferences()
        let terminals = try network.terminalReferences()
        let partners = try catalogue.partnerReferences()
        for (index, pin) in userPINs.enumerated() {
            try users.check(pin.userID, file: file, path: "/user_pins/\(index)/user_id")
        }
        for (index, secret) in terminalSecrets.enumerated() {
            try terminals.check(
                secret.terminalID, file: file, path: "/terminal_secrets/\(index)/terminal_id")
        }
        for (index, key) in settlementKeys.enumerated() {
            try partners.check(
                key.partnerID, file: file, path: "/settlement_keys/\(index)/partner_id")
        }
    }
}
