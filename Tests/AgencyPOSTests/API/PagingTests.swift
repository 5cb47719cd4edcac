import Agency
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct PagingTests {
    /// Walks all pages of a list and gives a member of each item.
    private func walk(
        _ client: APIClient, _ path: String, list: String, member: String, limit: Int
    ) throws -> (values: [String], pages: Int) {
        var (values, pages): ([String], Int) = ([], 0)
        var cursor: String?
        repeat {
            let separator = path.contains("?") ? "&" : "?"
            let query = "limit=\(limit)" + (cursor.map { "&cursor=" + $0 } ?? "")
            let page = try client.get(path + separator + query).json()
            let items = page[list]?.items ?? []
            #expect(items.count <= limit)
            values += items.compactMap { $0[member]?.text }
            cursor = page["next_cursor"]?.text
            pages += 1
            guard pages <= 200 else { throw TestFailure("the pages have no end") }
        } while cursor != nil
        return (values, pages)
    }

    @Test("all pages together are the whole list, whatever their size", arguments: [1, 2, 5, 200])
    func receipts(_ limit: Int) throws {
        let server = try LiveServer()
        let client = try server.counter()
        let serials = try (1...5).map { _ in try client.payBlind().json()["serial"]?.text }
        let (found, pages) = try walk(
            client, "/v1/shifts/1/receipts", list: "receipts", member: "serial", limit: limit)
        #expect(found == serials.compactMap { $0 })
        #expect(pages == 5 / limit + 1)
    }

    @Test("a list longer than the highest limit is cut nowhere")
    func manyBills() throws {
        let server = try LiveServer()
        let account = "99000000000001"
        try server.book.writer.perform { session in
            for number in 1...150 {
                _ = try session.connection.prepare(
                    """
                    INSERT INTO bill (product_id, account_number, period, customer_name, address,
                        amount_fen, late_fee_fen, due_date)
                    SELECT product_id, $1, $2, 'N', 'A', 100, 0, 20000 FROM product
                    WHERE code = 'WATER'
                    """
                ).run(.text(account), .text("P\(number)"))
            }
        }
        let client = try server.client(of: "OP000101")
        let path = "/v1/bills?product_id=WATER&account_number=\(account)"
        let (bills, pages) = try walk(
            client, path, list: "bills", member: "period", limit: BillReader.maximumPageSize)
        #expect(bills == (1...150).map { "P\($0)" })
        #expect(pages == 2)
        // More than the reader hands out would look like the last page.
        let more = try client.get(path + "&limit=\(BillReader.maximumPageSize + 1)")
        #expect(more.status == 400 && more.problemField == "limit")
    }

    @Test("trips and settlement files come in pages too")
    func others() throws {
        let server = try LiveServer()
        let client = try server.client(of: "OP000101")
        let trips = "/v1/trips?product_id=COACH"
        let one = try walk(client, trips, list: "trips", member: "trip_id", limit: 1)
        let all = try walk(client, trips, list: "trips", member: "trip_id", limit: 100)
        #expect(one.values == all.values)
        #expect(all.values.count > 10 && Set(all.values).count == all.values.count)
        let administrator = try server.client(of: "AD0001")
        let date = DemoNetwork.businessDate.description
        _ = try administrator.post(
            "/v1/day-close", ["business_date": .string(date)], key: "day-close-\(date)")
        let files = try walk(
            administrator, "/v1/settlement-files", list: "settlement_files",
            member: "partner_id", limit: 3)
        #expect(files.values.count == DemoNetwork.partnerCount)
        #expect(Set(files.values).count == DemoNetwork.partnerCount)
        let dated = try walk(
            administrator, "/v1/settlement-files?business_date=2026-11-22",
            list: "settlement_files", member: "name", limit: 3)
        #expect(dated.values.isEmpty)
    }

    static let refusals: [(query: String, field: String)] = [
        ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=101", "limit"),
        ("limit=1.0", "limit"), ("limit=", "limit"), ("limit=ten", "limit"),
        ("cursor=-1", "cursor"), ("cursor=x", "cursor"), ("cursor=", "cursor"),
        ("cursor=99999999999999999999", "cursor"), ("limit=1&limit=1", "limit"),
        ("page=2", "page"), ("Limit=1", "Limit"), ("travel_date=2026-02-30", "travel_date"),
        ("travel_date=20261122", "travel_date"), ("product_id=COACH", "product_id"),
    ]

    @Test("a parameter that is not what the document says is refused", arguments: refusals)
    func parameters(_ row: (query: String, field: String)) throws {
        let bench = try StrictRequestTests.bench.get()
        let client = try bench.server.client()
        client.token = bench.operatorToken
        let answer = try client.get("/v1/trips?product_id=COACH&" + row.query)
        #expect(answer.status == 400, "\(answer)")
        #expect(answer.problemCode == "invalid-parameter")
        #expect(answer.problemField == row.field)
    }

    @Test(
        "a route refuses a parameter that it does not know",
        arguments: Operations.all.filter { !$0.roles.isEmpty })
    func unknown(_ operation: Operation) throws {
        let bench = try AccessTests.bench.get()
        let client = try bench.server.client()
        let role = try #require(operation.roles.first)
        client.token = bench.tokens[role]
        let answer = try client.call(
            operation.method.rawValue, operation.samplePath + "?surprise=1")
        #expect(answer.status == 400, "\(answer)")
        #expect(answer.problemField == "surprise")
    }
}
