import CivilTime
import Foundation
import StrictJSON
import Testing

@testable import Agency

@Suite struct TicketFileTests {
    private static let further =
        DataFileSandbox.tripHeader.dropLast()
        + ",weekdays,runs_from,runs_to,child_fare_fen,senior_fare_fen\n"
    private static let offerHeader = OfferFileReader.columns.joined(separator: ",") + "\n"
    private static let offer =
        "COACH,JQ1,pass,一日票,景区,17:00,67,2026-01-01,2026-12-31,6000,3000,,500"

    @Test("trips may tell their days and the fares of children and seniors")
    func further() throws {
        let sandbox = try DataFileSandbox()
        let rows = """
            COACH,QC1,东村,县城,08:30,800,29,true,12345,2026-11-01,,400,
            COACH,QC2,东村,县城,09:30,800,29,true,,,,,
            """
        try sandbox.write("trips.csv", Data((Self.further + rows + "\n").utf8))
        let trips = try DataFolder.load(sandbox.path).trips()
        let first = try #require(try trips.next())
        #expect(
            first.calendar
                == TripCalendar(weekdays: 0b1_1111, from: BusinessDate("2026-11-01")))
        #expect(first.childFareFen == 400 && first.seniorFareFen == nil)
        let second = try #require(try trips.next())
        #expect(second.calendar == TripCalendar())
        #expect(second.childFareFen == nil && second.seniorFareFen == nil)
        #expect(try trips.next() == nil)
    }

    @Test("offers are read with their days, prices and capacity")
    func offers() throws {
        let sandbox = try DataFileSandbox()
        #expect(try DataFolder.load(sandbox.path).offers() == nil)
        let unlimited = "COACH,YC1,event,戏,剧场,19:30,,,,8000,,4000,"
        try sandbox.write(
            "offers.csv", Data((Self.offerHeader + Self.offer + "\n" + unlimited + "\n").utf8))
        let reader = try #require(try DataFolder.load(sandbox.path).offers())
        #expect(
            try reader.next()
                == OfferRow(
                    productID: "COACH", offerID: "JQ1", kind: .pass, name: "一日票", venue: "景区",
                    minutes: 1_020,
                    calendar: TripCalendar(
                        weekdays: 0b110_0000, from: BusinessDate("2026-01-01"),
                        to: BusinessDate("2026-12-31")),
                    fareFen: 6_000, childFareFen: 3_000, capacity: 500))
        #expect(
            try reader.next()
                == OfferRow(
                    productID: "COACH", offerID: "YC1", kind: .event, name: "戏", venue: "剧场",
                    minutes: 1_170, calendar: TripCalendar(), fareFen: 8_000,
                    seniorFareFen: 4_000))
        #expect(try reader.next() == nil)
    }

    @Test(
        "a bad offer is refused with its line and column",
        arguments: [
            ("COACH,", "WATER,", "product_id"), ("JQ1", "jq1", "offer_id"),
            ("pass", "trip", "kind"), ("一日票", "", "name"), ("17:00", "24:00", "time"),
            (",67,", ",76,", "weekdays"), (",67,", ",8,", "weekdays"), (",67,", ",0,", "weekdays"),
            ("2026-12-31", "2025-12-31", "valid_to"), ("2026-01-01", "2026-02-30", "valid_from"),
            (",6000,", ",0,", "fare_fen"), (",3000,", ",-1,", "child_fare_fen"),
            (",500", ",10001", "capacity"),
        ])
    func badOffer(text: String, replacement: String, column: String) throws {
        let sandbox = try DataFileSandbox()
        let row = Self.offer.replacingOccurrences(of: text, with: replacement)
        try sandbox.write("offers.csv", Data((Self.offerHeader + row + "\n").utf8))
        let reader = try #require(try DataFolder.load(sandbox.path).offers())
        let error = try #require(throws: DataFileError.self) { try reader.next() }
        #expect(error.line == 2 && error.path == column)
    }

    @Test("rules of a contract come through whole, and old catalogues have none")
    func rules() throws {
        let sandbox = try DataFileSandbox()
        var catalogue = try DataFolder.load(sandbox.path).catalogue
        #expect(catalogue.contracts[0].ticketRules == TicketRules())
        catalogue.contracts[0].ticketRules = TicketRules([
            .refund: [
                TicketRule(fromMinutes: 120, feeBasisPoints: 500, minimumFeeFen: 200),
                TicketRule(fromMinutes: 0, feeBasisPoints: 2_000, minimumFeeFen: 0),
            ],
            .change: [TicketRule(fromMinutes: 0, feeBasisPoints: 0, minimumFeeFen: 0)],
        ])
        var writer = JSONWriter()
        catalogue.encode(to: &writer)
        try sandbox.write("catalogue.json", Data(writer.bytes))
        #expect(try DataFolder.load(sandbox.path).catalogue == catalogue)
    }

    @Test(
        "bad rules are refused",
        arguments: [
            (#"{"from_minutes":-1,"fee_bp":0,"minimum_fee_fen":0}"#, "from_minutes"),
            (#"{"from_minutes":0,"fee_bp":10001,"minimum_fee_fen":0}"#, "fee_bp"),
            (#"{"from_minutes":0,"fee_bp":0,"minimum_fee_fen":-1}"#, "minimum_fee_fen"),
            (
                #"{"from_minutes":5,"fee_bp":0,"minimum_fee_fen":0},"#
                    + #"{"from_minutes":5,"fee_bp":1,"minimum_fee_fen":0}"#, "from_minutes"
            ),
        ])
    func badRules(rules: String, field: String) throws {
        let sandbox = try DataFileSandbox()
        let text = try String(
            contentsOfFile: sandbox.path + "/catalogue.json", encoding: .utf8)
        let spoiled = text.replacingOccurrences(
            of: #""id":"C1","#, with: #""id":"C1","refund_rules":[\#(rules)],"#)
        try #require(spoiled != text)
        try sandbox.write("catalogue.json", Data(spoiled.utf8))
        let error = try #require(throws: DataFileError.self) {
            try DataFolder.load(sandbox.path)
        }
        #expect(error.path.hasSuffix("/" + field), "\(error)")
    }
}
