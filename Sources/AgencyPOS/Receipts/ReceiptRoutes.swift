import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Receipts as data and as text for a 58 mm printer.
    func addReceiptRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/receipts/{serial}", for: [.operator, .supervisor]) { call in
            try call.allowQuery()
            let receipt = try self.receipt(for: call)
            var writer = JSONWriter()
            receipt.encode(to: &writer, zone: book.profile.zone)
            return .json(writer.bytes)
        }
        routes.query(.get, "/v1/receipts/{serial}/text", for: [.operator, .supervisor]) { call in
            try call.allowQuery()
            let receipt = try self.receipt(for: call)
            let text = ReceiptText(agencyName: book.profile.name, zone: book.profile.zone)
                .text(receipt)
            return HTTPResponse(
                status: 200, headers: [("Content-Type", "text/plain; charset=utf-8")],
                body: .bytes([UInt8](text.utf8)))
        }
        routes.query(.get, "/v1/receipts/{serial}/proof", for: [.operator, .supervisor]) { call in
            try call.allowQuery("business_date")
            let date = try call.queryDate("business_date")
            let serial = try self.receipt(for: call).serial
            let proof = try call.proving(["business_date"]) {
                try book.readers.read {
                    try ReceiptReader($0).proof(serial: serial, sealedOn: date)
                }
            }
            var writer = JSONWriter(reservedBytes: 4096)
            proof.write(to: &writer)
            return .json(writer.bytes)
        }
        routes.query(.get, "/v1/shifts/{shift_id}/receipts", for: [.operator]) { call in
            try call.allowQuery("cursor", "limit")
            let number = try call.parameters.integer("shift_id")
            let (cursor, limit) = try call.page()
            let receipts = try book.readers.read { connection -> [Receipt] in
                guard let shift = try TillReader(connection).shift(number),
                    shift.staff == call.principal.staff
                else { throw Refusal(.unknownShift, "you have no such shift") }
                return try ReceiptReader(connection).receipts(
                    of: shift.id, after: cursor, limit: limit)
            }
            return .list("receipts") { writer in
                writer.beginArray()
                for receipt in receipts { receipt.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return receipts.count == limit ? receipts.last?.serial : nil
            }
        }
    }

    /// A receipt that the caller may see: of its own station, or below its centre.
    private func receipt(for call: Call) throws -> Receipt {
        let serial = try serialNumber(call.parameters["serial"])
        let receipt = try book.readers.read { connection -> Receipt? in
            let reader = ReceiptReader(connection)
            guard try reader.isVisible(serial: serial, to: call.principal) else { return nil }
            return try reader.receipt(serial: serial)
        }
        guard let receipt else {
            throw Refusal(.unknownReceipt, "there is no such receipt that you may see")
        }
        return receipt
    }
}
