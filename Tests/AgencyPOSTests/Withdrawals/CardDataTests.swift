import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

/// Numbers of cards, accounts and documents, and PIN blocks, stay out of all that is written.
@Suite struct CardDataTests {
    /// Numbers that no other test or fixture holds, so that finding one means something.
    private enum Marked {
        static let cards = ["6228771234500", "6228771234600"].flatMap { stem in
            ["4321", "0051", "0068"].map { stem + $0 }
        }
        static let accounts = ["4444", "0051", "0067", "0068"].map { "62179987654" + "10" + $0 }
        static let holder = "990001197503030031"
        static let agent = "990002196606060040"
        static let wrong = "990001197503030037"
        static let passport = "E97531864"
        static let block = "F1E2D3C4B5A69788"
        static let payee = "欧阳诸葛"

        static let all = cards + accounts + [holder, agent, wrong, passport, block, payee]
    }

    @Test("no whole number is in the book, its log, its files, a backup or the server's log")
    func scan() throws {
        let logs = try TemporaryFolder()
        let server = try LiveServer(logPath: logs.path + "/server.log")
        let teller = try server.counter()
        try use(teller)
        // While the server runs, the write-ahead log holds what is not in the database yet.
        try expectClean(server.folder.path, holds: "book.db-wal")
        try closeDay(server, teller)
        let backup = logs.path + "/book.backup"
        let outcome = try Program.run(["backup", backup, "--data", server.folder.path])
        #expect(outcome.code == 0, "\(outcome)")
        server.stop()
        try expectClean(server.folder.path, holds: "book.db")
        try expectClean(logs.path, holds: "server.log")
        #expect(FileManager.default.fileExists(atPath: backup))
        let settlement = try Self.files(server.folder.path).filter { $0.contains("BANK01") }
        // The file and its sidecar, as kept and as the partner collects them.
        #expect(settlement.count == 4, "\(settlement)")
        // The scan finds what is there: the four digits that may be kept.
        let kept = try settlement.contains { name in
            try Self.contains("************4444", in: server.folder.path + "/" + name)
        }
        #expect(kept)
    }

    /// Does everything that takes a number, with every way in which it ends.
    private func use(_ teller: APIClient) throws {
        let documents: [JSONValue] = [
            Self.document("resident_card", Marked.holder),
            Self.document("passport", Marked.passport),
        ]
        for (index, card) in Marked.cards.enumerated() {
            var body = Self.marked(.withdrawal(card: card, amountFen: 10_000))
            body = body.with("product_id", "SUBSIDY01").with("identity", documents[index % 2])
            if index > 2 {
                body = body.with("agent", Self.document("resident_card", Marked.agent))
            }
            let answer = try teller.post("/v1/withdrawals", body, key: teller.freshKey())
            if answer.status == 201, let serial = try answer.json()["serial"]?.text {
                _ = try teller.post(
                    "/v1/withdrawals/\(serial)/\(index == 0 ? "cash-paid" : "cancel")",
                    key: teller.freshKey())
            }
            _ = try teller.post(
                "/v1/balance-inquiries", Self.marked(.balanceInquiry(card: card)))
        }
        for (index, account) in Marked.accounts.enumerated() {
            let body = JSONValue.remittance(account: account, identity: documents[index % 2])
                .with("payee_name", .string(Marked.payee))
            _ = try teller.post("/v1/remittances", body, key: teller.freshKey())
            let transfer = Self.marked(.transfer(card: Marked.cards[0], account: account))
            _ = try teller.post("/v1/transfers", transfer, key: teller.freshKey())
        }
        try sendRefused(teller)
    }

    /// Sends what is refused: numbers that are wrong, in the wrong place, or beyond a limit.
    private func sendRefused(_ teller: APIClient) throws {
        let card = Marked.cards[0]
        let bodies: [(String, JSONValue)] = [
            (
                "/v1/withdrawals",
                Self.marked(.withdrawal(card: card))
                    .with("identity", Self.document("resident_card", Marked.wrong))
            ),
            ("/v1/withdrawals", Self.marked(.withdrawal(card: card, amountFen: 7))),
            ("/v1/withdrawals", Self.marked(.withdrawal(card: card)).with(card, true)),
            ("/v1/remittances", .remittance(account: Marked.accounts[0], amountFen: 1)),
            (
                "/v1/transfers",
                Self.marked(.transfer(card: card, account: card, amountFen: 500))
            ),
        ]
        for (path, body) in bodies {
            let answer = try teller.post(path, body, key: teller.freshKey())
            #expect(answer.status == 422, "\(path)")
            for number in Marked.all where number != card {
                #expect(!answer.text.contains(number))
            }
        }
    }

    private func closeDay(_ server: LiveServer, _ teller: APIClient) throws {
        let current = try teller.get("/v1/shifts/current").json()
        let shift = try #require(current["shift_id"]?.text)
        let signedOff = try teller.post(
            "/v1/shifts/\(shift)/sign-off", ["counts": .counts(500_000)],
            key: teller.freshKey())
        #expect(signedOff.status == 200, "\(signedOff)")
        let administrator = try server.client(of: "AD0001")
        let closed = try administrator.post(
            "/v1/day-close", ["business_date": .string(DemoNetwork.businessDate.description)],
            key: administrator.freshKey())
        #expect(closed.status == 200, "\(closed)")
    }

    private static func marked(_ body: JSONValue) -> JSONValue {
        body.with("encrypted_pin_block", .string(Marked.block))
    }

    private static func document(_ type: String, _ number: String) -> JSONValue {
        ["document_type": .string(type), "document_number": .string(number)]
    }

    private func expectClean(_ folder: String, holds name: String) throws {
        let files = try Self.files(folder)
        #expect(files.contains { $0.hasSuffix(name) }, "\(files)")
        for file in files {
            for number in Marked.all {
                #expect(
                    try !Self.contains(number, in: folder + "/" + file),
                    "\(file) holds a marked number")
            }
        }
    }

    private static func files(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(
                atPath: folder + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    private static func contains(_ text: String, in path: String) throws -> Bool {
        try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(text.utf8)) != nil
    }
}
