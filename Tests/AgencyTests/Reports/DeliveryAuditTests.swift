import Settlement
import Testing

@testable import Agency

/// Damage to what was delivered and acknowledged.
@Suite struct DeliveryAuditTests {
    static let damages = [
        Damage(
            check: "files name keys of their partner",
            sql: "UPDATE settlement_key SET direction = 'in' WHERE key_id = 'WATER01-K1'",
            row: "WATER01-K1"),
        Damage(
            check: "files name keys of their partner",
            sql: "DELETE FROM settlement_key WHERE key_id = 'WATER01-K1'", row: "WATER01-K1"),
        Damage(
            check: "deliveries are of released files",
            sql: "UPDATE settlement_delivery SET recorded_at = 0 WHERE delivery_id = 2", row: "2"),
        Damage(
            check: "deliveries are of released files",
            sql: "UPDATE settlement_delivery SET file_id = 1 WHERE channel = 'download'"),
        Damage(
            check: "acknowledgements are of released files",
            sql: "UPDATE settlement_acknowledgement SET file_id = 1 WHERE acknowledgement_id = 1",
            row: "1"),
        Damage(
            check: "acknowledgements are of released files",
            sql: "UPDATE settlement_acknowledgement SET staff_id = (SELECT staff_id FROM "
                + "staff_member WHERE code = 'LI-GAS01') WHERE acknowledgement_id = 2", row: "2"),
        Damage(
            check: "acknowledgements have their items",
            sql: "DELETE FROM settlement_acknowledgement_item WHERE number = 1", row: "1"),
        Damage(
            check: "acknowledgements have their items",
            sql: "UPDATE settlement_acknowledgement_item SET line_number = 99", row: "1"),
        Damage(
            check: "acknowledgements have their items",
            sql: "INSERT INTO settlement_acknowledgement_item "
                + "VALUES (2, 1, 0, '', 'MISSING', '')", row: "2"),
        Damage(
            check: "accepted acknowledgement files were recorded",
            sql: "DELETE FROM settlement_acknowledgement_item; "
                + "DELETE FROM settlement_acknowledgement", row: "1"),
        Damage(
            check: "partner files are acknowledged as they ended",
            sql: "UPDATE acknowledgement_file SET verdict = 'ACCEPTED', fault = ''", row: "1"),
        Damage(
            check: "partner files are acknowledged as they ended",
            sql: "UPDATE acknowledgement_file SET fault = 'other'", row: "1"),
        Damage(
            check: "partner files are acknowledged as they ended",
            sql: "UPDATE acknowledgement_file SET item_count = 1", row: "1"),
        Damage(
            check: "partner files are acknowledged as they ended",
            sql: "UPDATE acknowledgement_file SET partner_file_id = 1", row: "1"),
        Damage(
            check: "acknowledgement files are in sequence",
            sql: "UPDATE acknowledgement_file SET sequence = 2", row: "1"),
        Damage(
            check: "acknowledgement files are in sequence",
            sql: "UPDATE acknowledgement_file SET name = replace(name, 'WATER', 'POWER')",
            row: "1"),
    ]

    /// A released day whose file was fetched and acknowledged twice, and a file that was refused.
    private static func told() throws -> BookCopy {
        let bench = try PartnerAcknowledgementTests.Bench()
        try bench.send(bench.content(1, .partly, lines: [2]))
        #expect(try bench.verdict() == ["accepted"])
        let liaison = try bench.test.principal("LI-WATER01", at: nil)
        let file = bench.file
        try bench.test.perform { session in
            try session.recordDownload(of: file.id, by: liaison)
            _ = try session.acknowledge(
                file.name, digest: file.digest ?? "",
                NewAcknowledgement(verdict: .accepted, fault: "", items: []), by: liaison)
        }
        try bench.partner.send(bench.partner.file(1).name) { $0[200] ^= 1 }
        #expect(try bench.verdict() == ["quarantined codeMismatch"])
        try AcknowledgementExchangeTests.release(bench.test)
        return bench.test.copy
    }

    @Test("damage is found and its row is named", arguments: damages)
    func found(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let copy = try Self.told()
        #expect(try copy.faults() == [])
        try copy.damage(damage.sql)
        let faults = try copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true, "\(faults)")
    }
}
