import Agency
import Foundation
import SQL
import Testing

/// A book that operators paid into until its server failed, as a stranger finds it.
struct PaidBook {
    let data: String

    /// Each acknowledged payment is there once, under the serial number that was answered.
    func expectAcknowledged(
        _ sent: [SentPayment], _ place: String
    ) throws {
        let blind = try rows(
            """
            SELECT x.account_reference || ' ' || x.serial FROM service_transaction x
            JOIN product p ON p.product_id = x.product_id WHERE p.biller_mode = 'blind'
            """)
        let quoted = try rows(
            "SELECT bill_id || ' ' || serial FROM bill_payment")
        let (blindSet, quotedSet) = (Set(blind), Set(quoted))
        let accounts = Set(blind.map { $0.prefix { $0 != " " } })
        #expect(accounts.count == blind.count, "\(place): an account was paid twice")
        let paidCount = try rows(
            """
            SELECT count(*) FROM service_transaction x
            JOIN product p ON p.product_id = x.product_id WHERE p.biller_mode = 'bill_file'
            """)
        #expect(paidCount == ["\(quoted.count)"], "\(place): a bill was paid twice")
        for payment in sent {
            guard let answer = payment.answer else { continue }
            let serial = try #require(Int64(try PaymentLoad.text("serial", in: answer)))
            // Sets of thousands would drown the message that names the one that is missing.
            let isThere =
                switch payment.target {
                case .account(let account): blindSet.contains("\(account) \(serial)")
                case .bill(let bill): quotedSet.contains("\(bill) \(serial)")
                }
            #expect(isThere, "\(place): \(payment.key) was answered and is gone")
        }
    }

    func faults() throws -> [String] {
        try BookFolder(path: data).openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run().faults
        }
    }

    func rows(_ sql: String) throws -> [String] {
        try BookFolder(path: data).openReaders().read {
            try $0.prepare(computed: sql).all { $0.text(0) }
        }
    }

    func remove() {
        do {
            try FileManager.default.removeItem(atPath: data)
        } catch {
            print("left behind: \(data): \(error)")
        }
    }

    static var demoFolder: String {
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "fixtures/demo").path
    }

    static func credentials() throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: demoFolder + "/demo-credentials.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}
