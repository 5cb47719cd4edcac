import CivilTime
import Settlement
import StrictJSON
import Testing

@testable import Agency

/// One date side by side: what differs is told to the fen.
@Suite struct SettlementDayTests {
    private func day(_ bench: ReconcilerBench, _ date: String) throws -> Answer {
        let now = bench.test.clock.now
        var writer = JSONWriter()
        let isKnown = try bench.test.book.readers.read { connection in
            try SettlementDay(connection, zone: .china).encode(
                #require(try PartnerReader(connection).partner("MOBILE01")),
                on: #require(BusinessDate(date)), at: now, to: &writer)
        }
        #expect(isKnown)
        return try Answer(writer.bytes)
    }

    /// The parts that are not 0; they must explain the difference of the two nets.
    private func parts(_ day: Answer) throws -> [String: Int64] {
        let object = try day.object("difference")
        var parts: [String: Int64] = [:]
        for (name, sign) in [
            ("open_fen", Int64(1)), ("suspended_fen", 1), ("resolved_fen", 1),
            ("cleared_fen", -1), ("adjusted_fen", 1), ("commission_fen", -1),
            ("earlier_dates_fen", -1),
        ] {
            let fen = try sign * object.fen(name)
            if fen != 0 { parts[name] = fen }
        }
        #expect(try parts.values.reduce(0, +) == day.fen("difference_fen"))
        return parts
    }

    @Test("settled differences still explain what the nets differ by") func explained() throws {
        let bench = try ReconcilerBench(preparing: ReconcilerBench.terms())
        let first = try bench.playDay([5_000, 3_000, 2_000])
        var theirs = Array(first.dropFirst())
        theirs[0].amountFen += 300
        theirs[1].amountFen -= 1
        try bench.send(theirs, for: "2026-11-20")
        try bench.reconcile()
        for (kind, number) in [(SettlementResolution.Kind.suspense, Int64(2)), (.writeOff, 3)] {
            let proposal = try bench.propose(kind, [number], by: bench.liaison())
            _ = try bench.approve(proposal, by: bench.district()).bytes()
        }
        #expect(
            try parts(day(bench, "2026-11-20")) == [
                "open_fen": 4_960, "suspended_fen": -300, "resolved_fen": 1,
            ])
        // The day of the adjustments has no file; the next one answers it, and brings the late line.
        _ = try bench.playDay([1_000])
        let third = try bench.playDay([2_700])
        try bench.send([first[0]] + third, for: "2026-11-22")
        try bench.reconcile()
        #expect(
            try parts(day(bench, "2026-11-20")) == ["suspended_fen": -300, "resolved_fen": 4_961])
        let last = try day(bench, "2026-11-22")
        let ofLast = try parts(last)
        #expect(
            ofLast == [
                "open_fen": 990, "cleared_fen": -4_960, "adjusted_fen": 299,
                "earlier_dates_fen": -(990 + 299),
            ])
        // A date that another date's file answers has no difference of its own.
        #expect(try day(bench, "2026-11-21").isNull("difference"))
    }

    @Test("the accepted file counts, however many others came for its date")
    func manyFiles() throws {
        let bench = try ReconcilerBench()
        try bench.send(try bench.playDay([5_000]), for: "2026-11-20")
        let count = PartnerFileReader.maximumShownOfDate + 5
        for number in 1...count {
            let digest = String(repeating: "0", count: 60) + "\(1_000 + number)"
            try bench.test.execute(
                """
                INSERT INTO partner_file (partner_id, name, received_at, digest, byte_count, state,
                    fault, reason, business_date)
                SELECT partner_id, 'late \(number)', received_at, '\(digest)', 1, 'rejected',
                    'dateReused', '', business_date FROM partner_file WHERE file_id = 1
                """)
        }
        let day = try day(bench, "2026-11-20")
        #expect(try day.fen("their_net_fen") == 4_960)
        let shown = try day.objects("their_files")
        #expect(shown.count == PartnerFileReader.maximumShownOfDate)
        #expect(try shown[0].text("status") == "accepted")
    }

    @Test("the calendar shows what the partner said of our file last")
    func acknowledgement() throws {
        let bench = try ReconcilerBench()
        _ = try bench.playDay([5_000])
        func said() throws -> Acknowledgement.Verdict? {
            let now = bench.test.clock.now
            let date = try #require(BusinessDate("2026-11-20"))
            return try bench.test.book.readers.read { connection in
                try #require(
                    try SettlementCalendar(connection, zone: .china).days(
                        partner: PartnerReader(connection).partner("MOBILE01"), from: date,
                        to: date, at: now
                    ).first)
            }.acknowledgement
        }
        #expect(try said() == nil)
        let liaison = try bench.liaison()
        let file = try #require(
            try bench.test.texts(
                "SELECT f.name FROM settlement_file f JOIN partner p USING (partner_id) "
                    + "WHERE p.code = 'MOBILE01'"
            ).first)
        let digest = try #require(
            try bench.test.texts(
                "SELECT digest FROM settlement_file WHERE name = '\(file)'"
            ).first)
        for verdict in [Acknowledgement.Verdict.partly, .rejected, .accepted] {
            let item = AcknowledgementItem(
                lineNumber: 2, serial: "000000000001", code: .amountDiffers, cause: "")
            _ = try bench.test.perform {
                try $0.acknowledge(
                    file, digest: digest,
                    NewAcknowledgement(
                        verdict: verdict, fault: verdict == .rejected ? "codeMismatch" : "",
                        items: verdict == .partly ? [item] : []),
                    by: liaison)
            }
            #expect(try said() == verdict)
        }
    }
}
