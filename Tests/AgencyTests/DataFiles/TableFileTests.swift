import CivilTime
import Foundation
import Testing

@testable import Agency

@Suite struct TableFileTests {
    /// A file of one bad kind, and the refusal that follows.
    struct Fault: Sendable, CustomTestStringConvertible {
        let text: String
        let kind: DataFileError.Kind
        let line: Int
        var path = ""
        var testDescription: String { text.debugDescription }
    }

    static let bill = "WATER,3100001,张三,东村1号,2026-10,1250,0,2026-11-25"
    static let trip = "COACH,QC1,东村,县城,08:30,800,29,true"

    private static func billFault(
        _ old: String, _ new: String, _ kind: DataFileError.Kind, _ path: String = ""
    ) -> Fault {
        Fault(
            text: DataFileSandbox.billHeader + bill + "\n" + bill.replacing(old, with: new) + "\n",
            kind: kind, line: 3, path: path)
    }

    private static func tripFault(
        _ old: String, _ new: String, _ kind: DataFileError.Kind, _ path: String
    ) -> Fault {
        Fault(
            text: DataFileSandbox.tripHeader + trip.replacing(old, with: new) + "\n",
            kind: kind, line: 2, path: path)
    }

    static let billFaults: [Fault] = [
        Fault(text: "", kind: .wrongHeader, line: 1),
        Fault(text: "\n", kind: .wrongHeader, line: 1),
        Fault(text: "\u{FEFF}" + DataFileSandbox.billHeader, kind: .wrongHeader, line: 1),
        Fault(text: "product,amount\n", kind: .wrongHeader, line: 1),
        Fault(text: DataFileSandbox.billHeader + bill, kind: .unfinishedLine, line: 2),
        Fault(text: DataFileSandbox.billHeader + "\n", kind: .fieldCount, line: 2),
        Fault(
            text: DataFileSandbox.billHeader + String(repeating: "x", count: 4_096) + "\n",
            kind: .lineTooLong, line: 2),
        Fault(
            text: DataFileSandbox.billHeader + String(repeating: "x", count: 400_000),
            kind: .lineTooLong, line: 2),
        billFault("2026-11-25", "2026-11-25,", .fieldCount),
        billFault(",0,", ",", .fieldCount),
        billFault("张三", "张,三", .fieldCount),
        billFault("张三", "张\"三", .quoting),
        billFault("张三", "\"张\"三", .quoting),
        billFault("张三", "\"张三", .quoting),
        billFault("张三", "\"张\n三\"", .quoting),
        billFault("2026-11-25", "2026-11-25\r", .controlCharacter),
        billFault("张三", "张\u{0}三", .controlCharacter),
        billFault("张三", "\"张\t三\"", .controlCharacter),
        billFault("张三", "张\u{202E}三", .controlCharacter, "customer_name"),
        billFault("WATER", "COACH", .unknownReference, "product_id"),
        billFault("WATER", "PHONE", .unknownReference, "product_id"),
        billFault("WATER", "", .unknownReference, "product_id"),
        billFault("3100001", "", .value, "account_number"),
        billFault("3100001", "31 0001", .value, "account_number"),
        billFault("3100001", "31|0001", .value, "account_number"),
        billFault("3100001", String(repeating: "1", count: 33), .value, "account_number"),
        billFault("张三", "", .value, "customer_name"),
        billFault("张三", String(repeating: "三", count: 61), .value, "customer_name"),
        billFault("东村1号", String(repeating: "村", count: 121), .value, "address"),
        billFault("2026-10", "2026-13", .value, "period"),
        billFault("2026-10", "2026-00", .value, "period"),
        billFault("2026-10", "2026-1", .value, "period"),
        billFault("2026-10", "202610", .value, "period"),
        billFault("1250", "0", .value, "amount_fen"),
        billFault("1250", "-1", .value, "amount_fen"),
        billFault("1250", "+1", .value, "amount_fen"),
        billFault("1250", "12.50", .value, "amount_fen"),
        billFault("1250", "01250", .value, "amount_fen"),
        billFault("1250", "1e3", .value, "amount_fen"),
        billFault("1250", "", .value, "amount_fen"),
        billFault("1250", "10000000001", .value, "amount_fen"),
        billFault("1250", "99999999999999999999", .value, "amount_fen"),
        billFault(",0,", ",-1,", .value, "late_fee_fen"),
        billFault(",0,", ",00,", .value, "late_fee_fen"),
        billFault("2026-11-25", "2026-02-29", .value, "due_date"),
        billFault("2026-11-25", "2026/11/25", .value, "due_date"),
        billFault("2026-11-25", "2026-1-25", .value, "due_date"),
    ]

    static let tripFaults: [Fault] = [
        tripFault("COACH", "WATER", .unknownReference, "product_id"),
        tripFault("QC1", "qc1", .value, "trip_id"),
        tripFault("东村", "", .value, "origin"),
        tripFault("县城", String(repeating: "县", count: 61), .value, "destination"),
        tripFault("08:30", "24:00", .value, "departure_time"),
        tripFault("08:30", "08:60", .value, "departure_time"),
        tripFault("08:30", "8:30", .value, "departure_time"),
        tripFault("800", "0", .value, "fare_fen"),
        tripFault("29", "10001", .value, "seats_per_day"),
        tripFault("true", "yes", .unknownReference, "runs_daily"),
    ]

    @Test("a bad bill file is refused with its line and column", arguments: billFaults)
    func refusesBills(_ fault: Fault) throws {
        let error = try refusal(of: fault, in: "bills.csv") { folder in
            let reader = try folder.bills()
            while try reader.next() != nil {}
        }
        expect(error, fault)
        #expect(!error.message.contains("张") && !error.message.contains("3100001"))
    }

    @Test("a bad timetable is refused with its line and column", arguments: tripFaults)
    func refusesTrips(_ fault: Fault) throws {
        let error = try refusal(of: fault, in: "trips.csv") { folder in
            let reader = try folder.trips()
            while try reader.next() != nil {}
        }
        expect(error, fault)
    }

    @Test("a file longer than its limit is refused, one of just its length is read")
    func refusesLength() throws {
        let sandbox = try DataFileSandbox()
        try sandbox.write("long", Data("12345".utf8))
        let path = sandbox.path + "/long"
        #expect(try FileBytes.whole(path: path, maximumBytes: 5) == Array("12345".utf8))
        let error = try #require(throws: DataFileError.self) {
            try FileBytes.whole(path: path, maximumBytes: 4)
        }
        #expect(error.kind == .tooLong)
    }

    @Test(
        "bytes that are not UTF-8 are refused", arguments: [[0xC0, 0x80], [0xFF], [0xE4, 0xB8]])
    func refusesEncoding(_ bytes: [UInt8]) throws {
        let sandbox = try DataFileSandbox()
        var data = Data((DataFileSandbox.billHeader + "WATER,3100001,").utf8)
        data.append(contentsOf: bytes)
        data.append(contentsOf: ",东村1号,2026-10,1250,0,2026-11-25\n".utf8)
        try sandbox.write("bills.csv", data)
        let reader = try DataFolder.load(sandbox.path).bills()
        let error = try #require(throws: DataFileError.self) { try reader.next() }
        #expect(error.kind == .encoding)
        #expect(error.path == "customer_name")
    }

    @Test("rows are read with their types, quoted or not")
    func readsRows() throws {
        let sandbox = try DataFileSandbox()
        let quoted = #""WATER",3100002,"李,""四""","""",2025-01,1,2,2025-02-28"#
        let text = DataFileSandbox.billHeader + Self.bill + "\n" + quoted + "\n"
        try sandbox.write("bills.csv", Data(text.utf8))
        let folder = try DataFolder.load(sandbox.path)
        let bills = try folder.bills()
        #expect(
            try bills.next()
                == BillRow(
                    productID: "WATER", accountNumber: "3100001", customerName: "张三",
                    address: "东村1号",
                    period: try #require(BillingPeriod(year: 2026, month: 10)),
                    amountFen: 1_250, lateFeeFen: 0,
                    dueDate: try #require(BusinessDate("2026-11-25"))))
        let second = try #require(try bills.next())
        #expect(bills.line == 3)
        #expect(second.customerName == "李,\"四\"")
        #expect(second.address == "\"")
        #expect(second.period.description == "2025-01")
        #expect(try bills.next() == nil)
        #expect(try bills.next() == nil)

        let trips = try folder.trips()
        let trip = try #require(try trips.next())
        #expect(trip.departureTime == "08:30")
        #expect(trip.departureMinutes == 510)
        #expect(trip.runsDaily)
        #expect(try trips.next() == nil)
    }

    @Test("rows that cross the reader's buffer come through whole and in order")
    func crossesTheBuffer() throws {
        let sandbox = try DataFileSandbox()
        var text = DataFileSandbox.billHeader
        let count = 15_000
        for index in 1...count {
            let name = String(repeating: "长", count: index % 60 + 1)
            text += "WATER,\(index),\(name),\"村,\(index)\",2026-10,\(index),0,2026-11-25\n"
        }
        try sandbox.write("bills.csv", Data(text.utf8))
        let bills = try DataFolder.load(sandbox.path).bills()
        var index = 0
        while let row = try bills.next() {
            index += 1
            guard row.amountFen == index, row.accountNumber == String(index),
                row.address == "村,\(index)", row.customerName.count == index % 60 + 1
            else {
                Issue.record("row \(index) came as \(row)")
                return
            }
        }
        #expect(index == count)
    }

    private func refusal(
        of fault: Fault, in file: String, reading: (DataFolder) throws -> Void
    ) throws -> DataFileError {
        let sandbox = try DataFileSandbox()
        try sandbox.write(file, Data(fault.text.utf8))
        let folder = try DataFolder.load(sandbox.path)
        return try #require(throws: DataFileError.self) { try reading(folder) }
    }

    private func expect(_ error: DataFileError, _ fault: Fault) {
        #expect(error.kind == fault.kind)
        #expect(error.line == fault.line)
        #expect(error.path == fault.path)
    }
}
