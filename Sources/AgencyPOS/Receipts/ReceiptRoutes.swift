import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Receipts as data, and the proofs of their entries.
    func addReceiptRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/receipts/{serial}", for: [.operator, .supervisor]) { call in
            try call.allowQuery()
            let receipt = try self.receipt(for: call)
            var writer = JSONWriter()
            receipt.encode(to: &writer, zone: book.profile.zone)
            return .json(writer.bytes)
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
                else { throw Refusal(.unknownShift, "you have no such shift", zh: "您没有此班次；请核对班次号") }
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
        try visible(call) { try $0.receipt(serial: $1) }
    }

    /// What a reader has for the receipt that a path names, if the caller may see it.
    func visible<Value>(
        _ call: Call, _ read: (ReceiptReader, Int64) throws -> Value?
    ) throws -> Value {
        let serial = try serialNumber(call.parameters["serial"])
        let value = try book.readers.read { connection -> Value? in
            let reader = ReceiptReader(connection)
            guard try reader.isVisible(serial: serial, to: call.principal) else { return nil }
            return try read(reader, serial)
        }
        guard let value else { throw Refusal.unknownReceipt }
        return value
    }
}
