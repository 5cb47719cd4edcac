import Testing

@testable import Agency

@Suite struct TicketUseTests {
    @Test("a used ticket is neither used again nor refunded nor changed")
    func used() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", seats: 2, key: "terminal-1", by: teller)
        let seats = try test.seatsLeft("QC0009", on: "2026-11-21")
        try test.clock.set("2026-11-21 07:45")
        let moved = try test.movement {
            let used = try test.use(serial, 1, key: "gate-key-1", by: teller)
            #expect(try used.answer().text("state") == "used")
            #expect(try used.answer().text("staff_id") == "OP000101")
            #expect(try test.use(serial, 1, key: "gate-key-1", by: teller) == used)
            for outcome in [
                try test.use(serial, 1, key: "gate-key-2", by: teller),
                try test.refund(serial, 1, 1_170, key: "refund-1", by: teller),
                try test.change(
                    serial, 1, to: "QC0010", on: "2026-11-21", 0, key: "change-1", by: teller),
            ] {
                guard case .refused(let refusal) = outcome else {
                    Issue.record("not refused")
                    continue
                }
                #expect(refusal.code == .ticketNotIssued)
                #expect(refusal.detail.contains("used"))
                #expect(refusal.chineseDetail.contains("已使用"))
            }
        }
        #expect(moved == [:])
        #expect(
            try test.tickets(of: serial, for: teller).map { try $0.text("state") }
                == ["used", "issued"])
        #expect(try test.seatsLeft("QC0009", on: "2026-11-21") == seats)
        #expect(try test.faults() == [])
    }

    @Test("a ticket that went back, or is to, lets nobody in")
    func ended() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        let serial = try bench.sold(2, key: "terminal-1", by: teller)
        _ = try bench.refund(serial, 1, key: "terminal-2", by: teller)
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        _ = try bench.refund(serial, 2, key: "terminal-3", by: teller)
        let refunded = try bench.test.use(serial, 1, key: "gate-key-1", by: teller)
        #expect(refunded.refusalCode == .ticketNotIssued)
        if case .refused(let refusal) = refunded {
            let receipt = Receipt.serialText(serial + 1)
            #expect(refusal.detail.contains(receipt) && refusal.chineseDetail.contains(receipt))
        }
        #expect(
            try bench.test.use(serial, 2, key: "gate-key-2", by: teller).refusalCode
                == .refundUnconfirmed)
        #expect(
            try bench.test.use(serial, 3, key: "gate-key-3", by: teller).refusalCode
                == .unknownTicket)
    }

    @Test(
        "its station's operator and its principal's liaison mark it, nobody else",
        arguments: [
            ("LI-COACH01", nil), ("LI-RAIL01", RefusalCode.unknownTicket),
            ("OP000201", .unknownTicket),
        ])
    func who(code: String, refusal: RefusalCode?) throws {
        let test = try TestBook()
        let serial = try test.sell("QC0009", key: "terminal-1", by: try test.signOn())
        try test.clock.set("2026-11-21 07:45")
        let person =
            code.hasPrefix("OP") ? try test.signOn(2) : try test.principal(code, at: nil)
        #expect(
            try test.use(serial, 1, key: "gate-key-1", by: person).refusalCode == refusal)
        #expect(try test.faults() == [])
    }

    // The coach of the 21st leaves at 07:50, the attraction closes at 17:00, the show of the 27th
    // begins at 19:30.
    private static let times: [(String, String, Int64?, String, Bool)] = [
        ("QC0009", "2026-11-21", nil, "2026-11-20 23:59:59", false),
        ("QC0009", "2026-11-21", nil, "2026-11-21 00:00", true),
        ("QC0009", "2026-11-21", nil, "2026-11-21 23:59:59", true),
        ("QC0009", "2026-11-21", nil, "2026-11-22 00:00", false),
        ("JQ-WANGYUN", "2026-11-21", nil, "2026-11-20 17:00", false),
        ("JQ-WANGYUN", "2026-11-21", nil, "2026-11-21 16:59", true),
        ("JQ-WANGYUN", "2026-11-21", nil, "2026-11-22 16:59", false),
        ("YC-SHANGE", "2026-11-27", nil, "2026-11-28 19:30", false),
        ("YC-SHANGE", "2026-11-27", 60, "2026-11-27 23:59:59", true),
        ("YC-SHANGE", "2026-11-27", 60, "2026-11-28 00:00", false),
        ("YC-SHANGE", "2026-11-27", 300, "2026-11-26 23:59:59", false),
        ("YC-SHANGE", "2026-11-27", 300, "2026-11-28 00:29:59", true),
        ("YC-SHANGE", "2026-11-27", 300, "2026-11-28 00:30", false),
    ]

    @Test("it is used on its date only, and as long after it as its contract has", arguments: times)
    func time(trip: String, date: String, minutes: Int64?, time: String, isTaken: Bool) throws {
        let test = try TestBook(
            preparing: minutes.map { TestBook.term(.lateUseMinutes, $0, of: "SHOW") } ?? "")
        let teller = try test.signOn()
        let serial = try test.sell(trip, on: date, key: "terminal-1", by: teller)
        try test.clock.set(time)
        let used = try test.use(serial, 1, key: "gate-key-1", by: teller)
        #expect(used.refusalCode == (isTaken ? nil : .ticketNotValidNow))
        let states = try test.tickets(of: serial, for: teller).map { try $0.text("state") }
        #expect(states == [isTaken ? "used" : "issued"])
        if case .refused(let refusal) = used {
            for text in [refusal.detail, refusal.chineseDetail] {
                #expect(text.contains(date) && text.contains(time.prefix(10)))
            }
        }
        // The database keeps the same times.
        guard !isTaken else { return }
        #expect(throws: (any Error).self) {
            try test.execute(
                "UPDATE ticket SET state = 'used', used_by = 1, used_at = "
                    + "\(test.clock.now.millisecondsSinceEpoch)")
        }
        #expect(try test.faults() == [])
    }

    @Test("the database lets no ticket be used twice, or come back from its use")
    func guarded() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", key: "terminal-1", by: teller)
        for change in ["state = 'used'", "used_at = 1, used_by = 1"] {
            #expect(throws: (any Error).self, "\(change)") {
                try test.execute("UPDATE ticket SET \(change)")
            }
        }
        try test.clock.set("2026-11-21 07:45")
        _ = try test.use(serial, 1, key: "gate-key-1", by: teller).bytes()
        for change in ["used_at = 1", "state = 'issued', used_at = NULL, used_by = NULL"] {
            #expect(throws: (any Error).self, "\(change)") {
                try test.execute("UPDATE ticket SET \(change)")
            }
        }
    }
}

extension TestBook {
    fileprivate func use(
        _ serial: Int64, _ item: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(
            key, principal, ticketUseFingerprint(serial: serial, item: item))
        return try perform {
            try $0.useTicket(serial: serial, item: item, claim: claim, by: principal)
        }
    }
}
