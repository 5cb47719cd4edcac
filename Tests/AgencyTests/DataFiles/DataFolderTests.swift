import Foundation
import StrictJSON
import Testing

@testable import Agency

@Suite struct DataFolderTests {
    /// One change to a sound file, and the refusal that follows.
    struct Fault: Sendable, CustomTestStringConvertible {
        let file: String
        let old: String
        let new: String
        let kind: DataFileError.Kind
        let path: String
        var line: Int?
        var testDescription: String { "\(file): \(old) → \(new)" }
    }

    static let networkFaults: [Fault] = [
        Fault(
            file: "network.json", old: #""id":"330102A""#, new: #""id":"33-01|A""#,
            kind: .json(.forbiddenCharacter), path: "/agency/id", line: 2),
        Fault(
            file: "network.json", old: "CNY", new: "cny", kind: .json(.valueNotAllowed),
            path: "/agency/currency", line: 2),
        Fault(
            file: "network.json", old: "480", new: "841", kind: .json(.valueOutOfRange),
            path: "/agency/zone_offset_minutes", line: 2),
        Fault(
            file: "network.json", old: "480", new: "480.0", kind: .json(.fraction),
            path: "/agency/zone_offset_minutes", line: 2),
        Fault(
            file: "network.json", old: #""tier":"basic""#, new: #""tier":"gold""#,
            kind: .json(.valueNotAllowed), path: "/stations/0/tier", line: 11),
        Fault(
            file: "network.json", old: #","host":"东村超市""#, new: "",
            kind: .json(.valueNotAllowed), path: "/stations/0/host", line: 11),
        Fault(
            file: "network.json", old: #""service_point":true"#, new: #""service_point":false"#,
            kind: .json(.valueNotAllowed), path: "/stations/0/host", line: 11),
        Fault(
            file: "network.json", old: #""opening_float_fen":0"#, new: #""opening_float_fen":-1"#,
            kind: .json(.valueOutOfRange), path: "/tills/0/opening_float_fen", line: 17),
        Fault(
            file: "network.json", old: #""opening_float_fen":0"#, new: #""float_fen":0"#,
            kind: .json(.missingName), path: "/tills/0/opening_float_fen", line: 17),
        Fault(
            file: "network.json", old: #""id":"T01""#, new: #""id":"D01""#, kind: .duplicate,
            path: "/centres/1/id"),
        Fault(
            file: "network.json", old: #","parent_id":"D01""#, new: "", kind: .inconsistent,
            path: "/centres/1/parent_id"),
        Fault(
            file: "network.json", old: #""parent_id":"D01""#, new: #""parent_id":"T01""#,
            kind: .unknownReference, path: "/centres/1/parent_id"),
        Fault(
            file: "network.json", old: #""level":"district""#,
            new: #""level":"district","parent_id":"D01""#, kind: .inconsistent,
            path: "/centres/0/parent_id"),
        Fault(
            file: "network.json", old: #""town_centre_id":"T01""#, new: #""town_centre_id":"D01""#,
            kind: .unknownReference, path: "/villages/0/town_centre_id"),
        Fault(
            file: "network.json", old: #""village_id":"V001""#, new: #""village_id":"V002""#,
            kind: .unknownReference, path: "/stations/0/village_id"),
        Fault(
            file: "network.json", old: #""station_id":"S0001","kind""#,
            new: #""station_id":"S0009","kind""#, kind: .unknownReference,
            path: "/terminals/0/station_id"),
        Fault(
            file: "network.json", old: #""station_id":"S0001","opening"#,
            new: #""station_id":"S0009","opening"#, kind: .unknownReference,
            path: "/tills/0/station_id"),
    ]

    static let catalogueFaults: [Fault] = [
        Fault(
            file: "catalogue.json", old: #""maximum_fen":9,"biller"#,
            new: #""maximum_fen":0,"biller"#,
            kind: .json(.valueOutOfRange), path: "/products/0/maximum_fen", line: 8),
        Fault(
            file: "catalogue.json", old: #""minimum_fen":1000,"#, new: #""minimum_fen":2001,"#,
            kind: .json(.valueOutOfRange), path: "/products/3/maximum_fen", line: 11),
        Fault(
            file: "catalogue.json", old: #""step_fen":1000"#, new: #""step_fen":700"#,
            kind: .json(.valueNotAllowed), path: "/products/3/step_fen", line: 11),
        Fault(
            file: "catalogue.json", old: #""daily_card_limit_fen":3000"#,
            new: #""daily_card_limit_fen":999"#, kind: .json(.valueOutOfRange),
            path: "/products/3/daily_card_limit_fen", line: 11),
        Fault(
            file: "catalogue.json", old: #""payment_rule":"exact""#, new: #""payment_rule":"any""#,
            kind: .json(.valueNotAllowed), path: "/products/0/payment_rule", line: 8),
        Fault(
            file: "catalogue.json", old: #""payment_rule":"any""#,
            new: #""payment_rule":"partial""#,
            kind: .json(.valueNotAllowed), path: "/products/1/payment_rule", line: 9),
        Fault(
            file: "catalogue.json", old: #""reservation_minutes":15"#, new: #""quote_minutes":15"#,
            kind: .json(.missingName), path: "/products/2/reservation_minutes", line: 10),
        Fault(
            file: "catalogue.json", old: #""reservation_minutes":15"#,
            new: #""reservation_minutes":15,"step_fen":1"#, kind: .json(.unknownName),
            path: "/products/2/step_fen", line: 10),
        Fault(
            file: "catalogue.json", old: #""valid_from":"2022-01-01","service_fee_fen":0"#,
            new: #""valid_from":"2022-01-01","service_fee_fen":1"#, kind: .inconsistent,
            path: "/contracts/2/service_fee_fen"),
        Fault(
            file: "catalogue.json", old: #""valid_from":"2022-01-01","service_fee_fen":0"#,
            new: #""valid_from":"2022-01-01","terms":{"free_withdrawals_per_month":1},"#
                + #""service_fee_fen":1000"#, kind: .inconsistent,
            path: "/contracts/2/service_fee_fen"),
        Fault(
            file: "catalogue.json", old: #""valid_to":"2020-12-31""#,
            new: #""valid_to":"2019-12-31""#, kind: .json(.valueOutOfRange),
            path: "/contracts/0/valid_to", line: 14),
        Fault(
            file: "catalogue.json", old: #""valid_to":"2020-12-31""#,
            new: #""valid_to":"2021-02-29""#, kind: .json(.valueNotAllowed),
            path: "/contracts/0/valid_to", line: 14),
        Fault(
            file: "catalogue.json", old: #""minimum_fen":2,"maximum_fen":3"#,
            new: #""minimum_fen":4,"maximum_fen":3"#, kind: .json(.valueOutOfRange),
            path: "/contracts/1/commission/maximum_fen", line: 15),
        Fault(
            file: "catalogue.json", old: #""rate_ppm":1"#, new: #""rate_ppm":1000001"#,
            kind: .json(.valueOutOfRange), path: "/contracts/1/commission/rate_ppm", line: 15),
        Fault(
            file: "catalogue.json", old: #""operator_bp":5000"#, new: #""operator_bp":5001"#,
            kind: .json(.valueNotAllowed), path: "/contracts/0/split", line: 14),
        Fault(
            file: "catalogue.json", old: #""id":"COACH01""#, new: #""id":"WATER01""#,
            kind: .duplicate, path: "/partners/1/id"),
        Fault(
            file: "catalogue.json", old: #""id":"PHONE""#, new: #""id":"WATER""#,
            kind: .duplicate, path: "/products/1/id"),
        Fault(
            file: "catalogue.json", old: #""id":"C2""#, new: #""id":"C1""#, kind: .duplicate,
            path: "/contracts/1/id"),
        Fault(
            file: "catalogue.json", old: #""partner_id":"COACH01""#,
            new: #""partner_id":"COACH02""#, kind: .unknownReference,
            path: "/products/2/partner_id"),
        Fault(
            file: "catalogue.json", old: #""partner_id":"COACH01""#,
            new: #""partner_id":"BANK01""#, kind: .inconsistent, path: "/products/2/partner_id"),
        Fault(
            file: "catalogue.json", old: #""product_id":"WATER""#, new: #""product_id":"GAS""#,
            kind: .unknownReference, path: "/contracts/0/product_id"),
        Fault(
            file: "catalogue.json", old: #""product_id":"WATER""#, new: #""product_id":"CASH""#,
            kind: .inconsistent, path: "/contracts/0/product_id"),
        Fault(
            file: "catalogue.json", old: #""valid_to":"2020-12-31""#,
            new: #""valid_to":"2021-01-01""#, kind: .inconsistent,
            path: "/contracts/1/valid_from"),
        Fault(
            file: "catalogue.json", old: #""valid_to":"2020-12-31","#, new: "",
            kind: .inconsistent, path: "/contracts/1/valid_from"),
    ]

    static let staffFaults: [Fault] = [
        Fault(
            file: "staff.json", old: #""post":"A""#, new: #""post":"C""#,
            kind: .json(.valueNotAllowed), path: "/users/0/post", line: 3),
        Fault(
            file: "staff.json", old: #""centre_id":"T01""#,
            new: #""centre_id":"T01","post":"A""#, kind: .json(.unknownName),
            path: "/users/1/post", line: 4),
        Fault(
            file: "staff.json", old: #""role":"administrator""#, new: #""role":"root""#,
            kind: .json(.valueNotAllowed), path: "/users/4/role", line: 7),
        Fault(
            file: "staff.json", old: #""id":"SV1""#, new: #""id":"OP1""#, kind: .duplicate,
            path: "/users/1/id"),
        Fault(
            file: "staff.json", old: "S0001", new: "S0002", kind: .unknownReference,
            path: "/users/0/station_id"),
        Fault(
            file: "staff.json", old: "T01", new: "T02", kind: .unknownReference,
            path: "/users/1/centre_id"),
        Fault(
            file: "staff.json", old: "BANK01", new: "BANK02", kind: .unknownReference,
            path: "/users/2/partner_id"),
        Fault(
            file: "staff.json", old: "V001", new: "V002", kind: .unknownReference,
            path: "/users/3/village_id"),
    ]

    static let credentialFaults: [Fault] = [
        Fault(
            file: "demo-credentials.json", old: "DEMO ONLY", new: "SECRET",
            kind: .json(.valueNotAllowed), path: "/notice", line: 2),
        Fault(
            file: "demo-credentials.json", old: "012345", new: "12345",
            kind: .json(.lengthOutOfRange), path: "/user_pins/0/pin", line: 4),
        Fault(
            file: "demo-credentials.json", old: "012345", new: "01234x",
            kind: .json(.forbiddenCharacter), path: "/user_pins/0/pin", line: 4),
        Fault(
            file: "demo-credentials.json", old: #""secret_hex":"0f"#, new: #""secret_hex":"0F"#,
            kind: .json(.forbiddenCharacter), path: "/terminal_secrets/0/secret_hex", line: 7),
        Fault(
            file: "demo-credentials.json", old: #""key_hex":"0f"#, new: #""key_hex":""#,
            kind: .json(.lengthOutOfRange), path: "/settlement_keys/0/key_hex", line: 10),
        Fault(
            file: "demo-credentials.json", old: "OP1", new: "OP9", kind: .unknownReference,
            path: "/user_pins/0/user_id"),
        Fault(
            file: "demo-credentials.json", old: "S0001-T1", new: "S0001-T9",
            kind: .unknownReference, path: "/terminal_secrets/0/terminal_id"),
        Fault(
            file: "demo-credentials.json", old: #""partner_id":"BANK01""#,
            new: #""partner_id":"BANK09""#, kind: .unknownReference,
            path: "/settlement_keys/0/partner_id"),
        Fault(
            file: "demo-credentials.json", old: #"{"user_id":"OP1","pin":"012345"}"#,
            new: #"{"user_id":"OP1","pin":"012345"},{"user_id":"OP1","pin":"999999"}"#,
            kind: .duplicate, path: "/user_pins/1/user_id"),
    ]

    @Test(
        "a fault is refused with its file, field and line",
        arguments: networkFaults + catalogueFaults + staffFaults + credentialFaults)
    func refuses(_ fault: Fault) throws {
        let sound = try #require(DataFileSandbox.sound[fault.file])
        let range = try #require(sound.range(of: fault.old))
        let spoilt = sound.replacingCharacters(in: range, with: fault.new)
        let sandbox = try DataFileSandbox()
        try sandbox.write(fault.file, Data(spoilt.utf8))
        let error = try #require(throws: DataFileError.self) {
            try DataFolder.load(sandbox.path)
        }
        #expect(error.file == fault.file)
        #expect(error.kind == fault.kind)
        #expect(error.path == fault.path)
        #expect(error.line == fault.line)
        #expect(!error.message.contains("012345") && !error.message.contains("0f0f"))
    }

    @Test("sound files load, and say the same when written back")
    func roundTrip() throws {
        let sandbox = try DataFileSandbox()
        let folder = try DataFolder.load(sandbox.path)
        #expect(folder.network.stations.first?.host == "东村超市")
        #expect(folder.catalogue.contracts.count == 3)
        #expect(folder.staff.users.map(\.assignment.role) == StaffFile.Role.allCases)
        #expect(written(folder.network) == DataFileSandbox.sound["network.json"])
        #expect(written(folder.catalogue) == DataFileSandbox.sound["catalogue.json"])
        #expect(written(folder.staff) == DataFileSandbox.sound["staff.json"])
        let credentials = try #require(folder.demoCredentials)
        #expect(written(credentials) == DataFileSandbox.sound["demo-credentials.json"])
    }

    @Test("demo credentials may be missing, the other files may not")
    func missingFiles() throws {
        let sandbox = try DataFileSandbox()
        try sandbox.remove("demo-credentials.json")
        #expect(try DataFolder.load(sandbox.path).demoCredentials == nil)
        for name in ["staff.json", "catalogue.json", "network.json"] {
            try sandbox.remove(name)
            let error = try #require(throws: DataFileError.self) {
                try DataFolder.load(sandbox.path)
            }
            #expect(error.kind == .unreadable)
            #expect(error.file == name)
        }
    }

    @Test("a message says where, which value and what to do")
    func message() throws {
        let sandbox = try DataFileSandbox()
        let sound = try #require(DataFileSandbox.sound["staff.json"])
        try sandbox.write("staff.json", Data(sound.replacing("S0001", with: "S0002").utf8))
        let error = try #require(throws: DataFileError.self) {
            try DataFolder.load(sandbox.path)
        }
        #expect(
            error.message == "staff.json, field /users/0/station_id, value \"S0002\": "
                + "no station has this id; add it or correct the id")
    }

    private func written(_ model: some DataFileModel) -> String {
        var writer = JSONWriter()
        model.encode(to: &writer)
        return writer.text + "\n"
    }
}
