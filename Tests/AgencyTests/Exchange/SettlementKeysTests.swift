import Cryptography
import Foundation
import Ledger
import Testing

@testable import Agency

@Suite struct SettlementKeysTests {
    @Test("no settlement key, PIN or terminal secret stands readable in any file of the book")
    func sealed() throws {
        let test = try TestBook()
        try test.playDay()
        try test.closeDay()
        try test.release()
        let credentials = try TestNetwork.credentials()
        let secrets =
            credentials.settlementKeys.map(\.keyHex)
            + credentials.terminalSecrets.map(\.secretHex)
        var forms: [[UInt8]] = []
        for hex in secrets {
            let raw = try #require(Hexadecimal.decode(hex))
            forms += [raw, Array(hex.utf8), Array(hex.uppercased().utf8)]
            forms.append(Array(Data(raw).base64EncodedString().dropLast(2).utf8))
        }
        for name in ["book.db", "book.db-wal"] {
            let data = Data(try test.copy.bytes(name))
            #expect(data.count > 0)
            for form in forms {
                #expect(data.range(of: Data(form)) == nil, "a secret stands in \(name)")
            }
        }
    }

    @Test("a key opens as it was given, under its own partner and id only") func opens() throws {
        let test = try TestBook()
        let key = try #require(try TestNetwork.credentials().settlementKeys.first)
        let partner = ID<Partner>(
            try test.integer("SELECT partner_id FROM partner WHERE code = '\(key.partnerID)'"))
        func open(_ keyID: String, of partner: ID<Partner>) throws -> SymmetricKey? {
            try test.book.readers.read {
                try SettlementKeys($0, sealing: test.book.keys.sealing).key(keyID, of: partner)
            }
        }
        #expect(try open(key.keyID, of: partner) == SymmetricKey(hex: key.keyHex))
        #expect(try open("NOPE-K1", of: partner) == nil)
        // A sealed key that was copied to another row does not open there.
        try test.execute(
            """
            INSERT INTO settlement_key (partner_id, key_id, direction, sealed_key, fingerprint,
                created_at)
            SELECT partner_id, 'COPIED-K1', direction, sealed_key, randomblob(32), 1 FROM settlement_key
            WHERE key_id = '\(key.keyID)';
            INSERT INTO settlement_key (partner_id, key_id, direction, sealed_key, fingerprint,
                created_at)
            SELECT r.partner_id, k.key_id, k.direction, k.sealed_key, randomblob(32), 1
            FROM settlement_key k, partner r
            WHERE k.key_id = '\(key.keyID)' AND r.code = 'BANK01';
            """)
        let bank = ID<Partner>(
            try test.integer("SELECT partner_id FROM partner WHERE code = 'BANK01'"))
        #expect(throws: CryptographyError.self) { try open("COPIED-K1", of: partner) }
        #expect(throws: CryptographyError.self) { try open(key.keyID, of: bank) }
    }
}
