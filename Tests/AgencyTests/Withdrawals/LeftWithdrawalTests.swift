import Testing

@testable import Agency

/// A withdrawal whose operator is gone after the bank approved it.
@Suite struct LeftWithdrawalTests {
    @Test(
        "a supervisor above the station finishes it, and the till can be signed off",
        arguments: [true, false])
    func finished(isPaid: Bool) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.pending(key: "terminal-1", by: teller)
        _ = try test.record(.approved(reference: "REF"), serial).bytes()
        let supervisor = try test.principal("SV-T01", at: nil)
        let outcome =
            isPaid
            ? try test.confirmCash(serial, key: "centre-1", by: supervisor)
            : try test.cancel(serial, key: "centre-1", by: supervisor)
        #expect(outcome.refusalCode == nil)
        #expect(try test.status(serial) == (isPaid ? .posted : .reversed))
        #expect(try test.signOff(teller).refusalCode == nil)
        #expect(try test.faults() == [])
    }

    @Test("nobody else finishes it", arguments: ["SV-T02", "LI-BANK01", "VC-V001", "OP000201"])
    func refused(_ code: String) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.pending(key: "terminal-1", by: teller)
        _ = try test.record(.approved(reference: "REF"), serial).bytes()
        let other =
            code.hasPrefix("OP") ? try test.signOn(2) : try test.principal(code, at: nil)
        let moved = try test.movement { () throws in
            for key in ["other-0001", "other-0002"] {
                let outcome =
                    key.hasSuffix("1")
                    ? try test.confirmCash(serial, key: key, by: other)
                    : try test.cancel(serial, key: key, by: other)
                #expect(outcome.refusalCode == .unknownWithdrawal)
            }
        }
        #expect(moved == [:])
        #expect(try test.status(serial) == .authorised)
    }
}
