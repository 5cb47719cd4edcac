import Agency
import HTTPServer
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct AccessTests {
    /// Someone of each role.
    static func person(_ role: Role) -> String {
        switch role {
        case .operator: "OP000101"
        case .supervisor: "SV-D01"
        case .liaison: "LI-WATER01"
        case .committee: "VC-V001"
        case .administrator: "AD0001"
        }
    }

    struct Bench: Sendable {
        let server: LiveServer
        let tokens: [Role: String]
    }

    static let bench = Result {
        let server = try LiveServer()
        var tokens: [Role: String] = [:]
        for role in Role.allCases { tokens[role] = try server.client(of: person(role)).token }
        return Bench(server: server, tokens: tokens)
    }

    @Test(
        "every route admits the roles of the document and no other", arguments: Operations.all,
        Role.allCases)
    func matrix(_ operation: Operation, _ role: Role) throws {
        let bench = try Self.bench.get()
        let client = try bench.server.client()
        if operation.method == .delete {
            // It ends the session that it is called with.
            try client.signIn(Self.person(role))
        } else {
            client.token = bench.tokens[role]
        }
        let answer = try client.call(operation.method.rawValue, operation.samplePath)
        if operation.roles.isEmpty || operation.roles.contains(role) {
            #expect(answer.status != 401 && answer.status != 403, "\(answer)")
        } else {
            #expect(answer.status == 403, "\(answer)")
            #expect(answer.problemCode == "not-permitted")
        }
    }

    @Test(
        "without a valid token there is nothing to see",
        arguments: Operations.all.filter { !$0.roles.isEmpty },
        [nil, "", "f00d", String(repeating: "0", count: 64)])
    func noToken(_ operation: Operation, _ token: String?) throws {
        let client = try Self.bench.get().server.client()
        client.token = token
        let answer = try client.call(operation.method.rawValue, operation.samplePath)
        #expect(answer.status == 401)
        #expect(answer.problemCode == "unauthorized")
        #expect(answer.headers["www-authenticate"] == "Bearer")
    }

    @Test("another scheme is no token, and the scheme's case does not matter")
    func scheme() throws {
        let bench = try Self.bench.get()
        let client = try bench.server.client()
        let token = try #require(bench.tokens[.operator])
        for (value, status) in [
            ("Bearer \(token)", 200), ("bearer \(token)", 200), ("Basic \(token)", 401),
            (token, 401), ("Bearer", 401), ("Bearer  \(token)", 401),
        ] {
            let answer = try client.call(
                "GET", "/v1/products", headers: [("Authorization", value)])
            #expect(answer.status == status, "\(value.prefix(8))")
        }
    }

    @Test("a token that was logged out is worth nothing at once")
    func loggedOut() throws {
        let server = try LiveServer()
        let client = try server.client(of: "OP000101")
        #expect(try client.get("/v1/products").status == 200)
        let answer = try client.call("DELETE", "/v1/sessions/current")
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        #expect(try client.get("/v1/products").status == 401)
        #expect(try client.call("DELETE", "/v1/sessions/current").status == 401)
    }

    @Test("a session ends after twelve hours")
    func expired() throws {
        let server = try LiveServer()
        let client = try server.client(of: "OP000101")
        server.clock.advance(minutes: 12 * 60 - 1)
        #expect(try client.get("/v1/products").status == 200)
        server.clock.advance(minutes: 1)
        #expect(try client.get("/v1/products").status == 401)
    }

    @Test("five wrong PINs lock the person, and nobody else, for a quarter of an hour")
    func lock() throws {
        let server = try LiveServer()
        let client = try server.client()
        let right = try JSONValue.signIn("OP000101")
        let wrong = right.with("pin", "000000")
        for _ in 1...5 {
            let answer = try client.post("/v1/sessions", wrong)
            #expect(answer.status == 401)
            #expect(answer.problemCode == "invalid-credentials")
        }
        let locked = try client.post("/v1/sessions", right)
        #expect(locked.status == 429)
        #expect(locked.problemCode == "sign-in-locked")
        #expect(locked.headers["retry-after"] == "900")
        #expect(try client.post("/v1/sessions", .signIn("OP000102")).status == 201)
        server.clock.advance(minutes: 14)
        #expect(try client.post("/v1/sessions", right).status == 429)
        server.clock.advance(minutes: 1)
        #expect(try client.post("/v1/sessions", right).status == 201)
    }

    @Test("four wrong PINs and a right one start the count anew")
    func nearLock() throws {
        let server = try LiveServer()
        let client = try server.client()
        let right = try JSONValue.signIn("AD0001")
        for _ in 1...2 {
            for _ in 1...4 {
                let wrong = right.with("pin", "000000")
                #expect(try client.post("/v1/sessions", wrong).status == 401)
            }
            #expect(try client.post("/v1/sessions", right).status == 201)
        }
    }

    @Test("an operator signs in only at a terminal of its own station, with its secret")
    func terminals() throws {
        let client = try Self.bench.get().server.client()
        let right = try JSONValue.signIn("OP000101")
        let foreign = right.with("terminal_id", "S0002-T1")
            .with("terminal_secret", .string(try DemoNetwork.secret(of: "S0002-T1")))
        let without = JSONValue.object(Array(right.members.prefix(2)))
        for body in [foreign, without, right.with("terminal_secret", "00")] {
            let answer = try client.post("/v1/sessions", body)
            #expect(answer.status == 401)
            #expect(answer.problemCode == "invalid-credentials")
        }
        #expect(try client.post("/v1/sessions", right).status == 201)
    }

    @Test("a liaison sees its own partner's files and no other's")
    func liaison() throws {
        let server = try LiveServer()
        let administrator = try server.client(of: "AD0001")
        let date = DemoNetwork.businessDate.description
        let closed = try administrator.post(
            "/v1/day-close", ["business_date": .string(date)], key: "day-close-\(date)")
        #expect(closed.status == 200, "\(closed)")
        let all = try administrator.get("/v1/settlement-files").json()["settlement_files"]?.items
        #expect(all?.count == DemoNetwork.partnerCount)
        let liaison = try server.client(of: "LI-WATER01")
        let own = try liaison.get("/v1/settlement-files").json()["settlement_files"]?.items
        #expect(own?.compactMap { $0["partner_id"]?.text } == ["WATER01"])
        for file in try #require(all) {
            let name = try #require(file["name"]?.text)
            let isOwn = file["partner_id"]?.text == "WATER01"
            for path in ["/v1/settlement-files/\(name)", "/v1/settlement-files/\(name)/hmac"] {
                let answer = try liaison.get(path)
                #expect(answer.status == (isOwn ? 200 : 404))
                #expect(answer.problemCode == (isOwn ? nil : "unknown-settlement-file"))
            }
        }
    }

    @Test("revenue and receipts go as far as the caller's place")
    func places() throws {
        let server = try LiveServer()
        let first = try server.counter(of: "OP000101")
        let serial = try #require(try first.payBlind().json()["serial"]?.text)
        let second = try server.counter(of: "OP000201")
        #expect(try second.payBlind().status == 201)
        #expect(try server.counter(of: "OP000501").payBlind().status == 201)

        for (person, villages) in [
            ("VC-V001", ["V001"]), ("SV-T01", ["V001", "V002"]), ("SV-T02", ["V005"]),
            ("SV-D01", ["V001", "V002", "V005"]), ("AD0001", ["V001", "V002", "V005"]),
        ] {
            let client = try server.client(of: person)
            let report = try client.get("/v1/reports/revenue").json()
            #expect(report["lines"]?.items.compactMap { $0["village_id"]?.text } == villages)
            let other = try client.get("/v1/reports/revenue?village_id=V002").json()
            #expect(other["lines"]?.items.count == (villages.contains("V002") ? 1 : 0))
        }
        for (person, status) in [
            ("OP000101", 200), ("OP000102", 200), ("OP000201", 404), ("SV-T01", 200),
            ("SV-T02", 404), ("SV-D01", 200),
        ] {
            let client = try server.client(of: person)
            #expect(try client.get("/v1/receipts/\(serial)").status == status, "\(person)")
            #expect(try client.get("/v1/receipts/\(serial)/text").status == status, "\(person)")
        }
        let shift = try #require(try first.get("/v1/shifts/current").json()["shift_id"]?.text)
        #expect(try second.get("/v1/shifts/\(shift)/receipts").status == 404)
    }

    @Test("what is about the whole book is for the district centre")
    func district() throws {
        let bench = try Self.bench.get()
        let town = try bench.server.client(of: "SV-T01")
        let close = try town.post(
            "/v1/day-close", ["business_date": "2026-11-20"], key: "day-close-town")
        #expect(close.status == 403)
        #expect(close.problemCode == "not-permitted")
        #expect(try town.get("/v1/reports/trial-balance").problemCode == "not-permitted")
        let district = try bench.server.client(of: "SV-D01")
        #expect(
            try district.post(
                "/v1/day-close", ["business_date": "2026-11-20"], key: "day-close-district"
            )
            .problemCode
                == "date-not-open")
        #expect(try district.get("/v1/reports/trial-balance").status == 200)
    }
}
