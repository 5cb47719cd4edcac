import CivilTime
import Cryptography
import Foundation
import Ledger
import Settlement
import Testing

@testable import Agency

/// Keys that are made, replaced and ended while files are signed with them.
@Suite struct SettlementKeyLifeTests {
    private struct Bench {
        let test = try? TestBook()

        func book() throws -> TestBook { try #require(test) }

        func create(
            _ direction: SettlementDirection, keyHex: String? = nil, partner: String = "WATER01"
        ) throws -> Answer {
            let book = try book()
            let order = SettlementKeyOrder(
                partnerCode: partner, direction: direction, keyHex: keyHex)
            return try Answer(
                book.perform {
                    try $0.createSettlementKey(
                        order, sealing: book.book.settlementKeySealing, by: nil)
                })
        }

        func rotate(
            _ direction: SettlementDirection, hours: Int64 = SettlementKeyOrder.usualOverlapHours,
            keyHex: String? = nil, partner: String = "WATER01"
        ) throws -> Answer {
            let book = try book()
            let order = SettlementKeyOrder(
                partnerCode: partner, direction: direction, keyHex: keyHex)
            return try Answer(
                book.perform {
                    try $0.rotateSettlementKey(
                        order, overlapHours: hours, sealing: book.book.settlementKeySealing,
                        by: nil)
                })
        }

        func retire(_ keyID: String, partner: String = "WATER01") throws {
            _ = try book().perform {
                try $0.retireSettlementKey(keyID, partnerCode: partner, reason: "lost", by: nil)
            }
        }

        /// Id and state of each key.
        func states() throws -> [String] {
            let book = try book()
            return try book.book.readers.read { connection in
                let partner = try #require(try PartnerReader(connection).partner("WATER01"))
                return try SettlementKeyReader(connection).keys(of: partner).map {
                    "\($0.keyID) \($0.direction) \($0.state(at: book.clock.now))"
                }
            }
        }
    }

    @Test("a replaced key signs no more, stays valid for the overlap, and ends on the instant")
    func rotation() throws {
        let bench = Bench()
        let test = try bench.book()
        let answer = try bench.rotate(.out)
        #expect(try answer.text("key_id") == "WATER01-K2")
        #expect(try answer.text("key_hex").count == 64)
        #expect(try bench.states() == ["WATER01-K1 out ending", "WATER01-K2 out current"])
        try test.closeDay()
        let file = try #require(try test.release().first { $0.partnerCode == "WATER01" })
        #expect(file.keyID == "WATER01-K2")
        // The MAC of the file is that of the secret that was shown.
        let key = try #require(SymmetricKey(hex: answer.text("key_hex")))
        let bytes = try test.copy.bytes("settlement/WATER01/\(file.name)")
        let sidecar = try test.copy.bytes("settlement/WATER01/\(file.name).hmac")
        let mac = HMACSHA256.authenticate(String(decoding: bytes, as: UTF8.self), key: key).hex
        #expect(String(decoding: sidecar, as: UTF8.self).contains(mac))
        let start = test.clock.now
        for (hours, state) in [(47, "ending"), (48, "retired"), (49, "retired")] {
            test.clock.advance(
                milliseconds: start.millisecondsSinceEpoch + Int64(hours) * 3_600_000
                    - test.clock.now.millisecondsSinceEpoch)
            #expect(try bench.states().first == "WATER01-K1 out \(state)", "\(hours) h")
        }
        #expect(try test.faults() == [])
    }

    @Test("an overlap of no hours ends the old key at once; ids are never used again")
    func atOnce() throws {
        let bench = Bench()
        _ = try bench.rotate(.out, hours: 0)
        #expect(try bench.states() == ["WATER01-K1 out retired", "WATER01-K2 out current"])
        _ = try bench.rotate(.out, hours: 0)
        #expect(
            try bench.states() == [
                "WATER01-K1 out retired", "WATER01-K2 out retired", "WATER01-K3 out current",
            ])
    }

    @Test("a file that was held back until its key ended is signed with the current one")
    func heldBack() throws {
        let bench = Bench()
        let test = try bench.book()
        try test.closeDay()
        // The process died when the file was kept, and before that was recorded.
        let obstacle = test.copy.path + "/sent/MOBILE01"
        try FileManager.default.createDirectory(
            atPath: test.copy.path + "/sent/WATER01", withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: obstacle))
        let name = "APS_330102A_WATER01_20261120_000001.txt"
        for suffix in ["", ".hmac"] {
            try Data("of another key".utf8).write(
                to: URL(filePath: test.copy.path + "/sent/WATER01/" + name + suffix))
        }
        let answer = try bench.rotate(.out, hours: 0)
        #expect(throws: (any Error).self) { try test.release() }
        let file = try #require(
            try test.book.readers.read { try SettlementFileReader($0).file(named: name) })
        #expect(file.state == .released && file.keyID == "WATER01-K2")
        let key = try #require(SymmetricKey(hex: answer.text("key_hex")))
        let bytes = try test.copy.bytes("settlement/WATER01/" + name)
        let sidecar = try test.copy.bytes("settlement/WATER01/" + name + ".hmac")
        let mac = HMACSHA256.authenticate(String(decoding: bytes, as: UTF8.self), key: key).hex
        #expect(String(decoding: sidecar, as: UTF8.self).contains(mac))
        // With an overlap the old key still signs what was assigned to it.
        try FileManager.default.removeItem(atPath: obstacle)
        _ = try bench.rotate(.out, partner: "MOBILE01")
        try test.release()
        #expect(
            try test.texts("SELECT key_id FROM settlement_file WHERE name LIKE '%MOBILE01%'")
                == ["MOBILE01-K1"])
        #expect(try test.faults() == [])
    }

    @Test("directions are kept apart: a partner's key is no signer of ours") func directions()
        throws
    {
        let bench = Bench()
        let test = try bench.book()
        #expect(try bench.create(.in).text("key_id") == "WATER01-P1")
        #expect(try bench.rotate(.in).texts("replaced_key_ids") == ["WATER01-P1"])
        #expect(try refusalCode { try bench.retire("WATER01-K1") } == .noSettlementKey)
        try bench.retire("WATER01-P2")
        #expect(
            try bench.states() == [
                "WATER01-K1 out current", "WATER01-P1 in ending", "WATER01-P2 in retired",
            ])
        try test.closeDay()
        let files = try test.release()
        #expect(files.first { $0.partnerCode == "WATER01" }?.keyID == "WATER01-K1")
        // A key that is ending can be ended now.
        try bench.retire("WATER01-P1")
        #expect(try refusalCode { try bench.retire("WATER01-P1") } == .settlementKeyRetired)
    }

    @Test("a released file is made anew with the key that signed it, retired or not")
    func madeAnew() throws {
        let bench = Bench()
        let test = try bench.book()
        try test.closeDay()
        let file = try #require(try test.release().first { $0.partnerCode == "WATER01" })
        _ = try bench.rotate(.out, hours: 0)
        #expect(try bench.states() == ["WATER01-K1 out retired", "WATER01-K2 out current"])
        let names = [file.name, file.name + ".hmac"]
        let before = try names.map { try test.copy.bytes("settlement/WATER01/\($0)") }
        for folder in ["sent", "settlement"] {
            for name in names {
                try FileManager.default.removeItem(
                    atPath: test.copy.path + "/\(folder)/WATER01/\(name)")
            }
        }
        #expect(try test.book.resendSettlementFile(file.name))
        for folder in ["sent", "settlement"] {
            #expect(
                try names.map { try test.copy.bytes("\(folder)/WATER01/\($0)") } == before)
        }
        #expect(try test.faults() == [])
    }

    @Test(
        "a key that is none is refused, and nothing is kept",
        arguments: [
            "", "00", "zz", String(repeating: "0f", count: 31), String(repeating: "ab", count: 65),
            String(repeating: "00", count: 32), String(repeating: "0123", count: 16), "0f0",
        ])
    func unusable(keyHex: String) throws {
        let bench = Bench()
        let test = try bench.book()
        let before = try test.count("settlement_key")
        #expect(try refusalCode { _ = try bench.create(.in, keyHex: keyHex) } == .keyNotUsable)
        #expect(try test.count("settlement_key") == before)
    }

    @Test("a key that the partner brings is kept sealed and not shown again") func brought() throws
    {
        let bench = Bench()
        let hex = (0..<32).map { String(format: "%02x", $0 * 7 % 256) }.joined()
        let answer = try bench.create(.in, keyHex: hex)
        #expect(try answer.isNull("key_hex"))
        let test = try bench.book()
        let sealing = test.book.keys.sealing
        let opened = try test.book.readers.read { connection in
            let partner = try #require(try PartnerReader(connection).partner("WATER01"))
            return try SettlementKeys(connection, sealing: sealing).key("WATER01-P1", of: partner)
        }
        #expect(opened == SymmetricKey(hex: hex))
    }

    @Test("bytes that are or were a key of ours are no key again, whoever brings them")
    func usedBefore() throws {
        let bench = Bench()
        let test = try bench.book()
        let credentials = try TestNetwork.credentials()
        let ours = try #require(credentials.settlementKeys.first { $0.keyID == "WATER01-K1" })
        let bank = try #require(credentials.settlementKeys.first { $0.keyID == "BANK01-K1" })
        let theirs = (0..<32).map { String(format: "%02x", $0 * 7 % 256) }.joined()
        _ = try bench.create(.in, keyHex: theirs)
        try bench.retire("WATER01-P1")
        let before = try test.count("settlement_key")
        // Zeros at the end make no other key of HMAC.
        for hex in [
            ours.keyHex, ours.keyHex.uppercased(), ours.keyHex + "0000", bank.keyHex, theirs,
        ] {
            #expect(try refusalCode { _ = try bench.create(.in, keyHex: hex) } == .keyNotUsable)
            #expect(
                try refusalCode { _ = try bench.create(.out, keyHex: hex, partner: "GAS01") }
                    == .keyNotUsable)
            #expect(try refusalCode { _ = try bench.rotate(.out, keyHex: hex) } == .keyNotUsable)
        }
        #expect(try test.count("settlement_key") == before)
        #expect(try bench.states() == ["WATER01-K1 out current", "WATER01-P1 in retired"])
    }

    @Test("a fingerprint is what openssl prints for the key, in the answer and in the list")
    func fingerprint() throws {
        // printf 'settlement key' | openssl dgst -sha256 -mac HMAC -macopt hexkey:…
        let hex = (0..<32).map { String(format: "%02x", $0) }.joined()
        let bench = Bench()
        let made = try bench.create(.in, keyHex: hex)
        #expect(try made.text("fingerprint") == "7f3a9b0eac57c406")
        let test = try bench.book()
        let kept = try test.book.readers.read { connection in
            let partner = try #require(try PartnerReader(connection).partner("WATER01"))
            return try SettlementKeyReader(connection).keys(of: partner)
        }
        #expect(kept.map(\.keyID) == ["WATER01-K1", "WATER01-P1"])
        #expect(kept.last?.fingerprint == "7f3a9b0eac57c406")
        #expect(kept.first?.fingerprint != kept.last?.fingerprint)
        let drawn = try bench.create(.in)
        let key = try #require(SymmetricKey(hex: drawn.text("key_hex")))
        #expect(try drawn.text("fingerprint") == SettlementKeyFingerprint(key).text)
    }

    @Test("a key that has ended is told from an unknown one, in words but not in its fault")
    func ended() throws {
        let bench = Bench()
        let test = try bench.book()
        _ = try bench.create(.in)
        let sealing = test.book.keys.sealing
        func key(_ keyID: String, _ direction: SettlementDirection = .in) throws -> SymmetricKey? {
            let now = test.clock.now
            return try test.book.readers.read { connection in
                let partner = try #require(try PartnerReader(connection).partner("WATER01"))
                return try SettlementKeys(connection, sealing: sealing).validKey(
                    keyID, direction, of: partner, at: now)
            }
        }
        #expect(try key("WATER01-P1") != nil)
        #expect(try key("WATER01-P1", .out) == nil && key("WATER01-P2") == nil)
        try bench.retire("WATER01-P1")
        let error = SettlementError.keyEnded(keyID: "WATER01-P1", at: test.clock.now)
        #expect(throws: error) { try key("WATER01-P1") }
        #expect(error.code == "keyUnknown")
        #expect("\(error)".hasPrefix("key WATER01-P1 ended on 20"))
        #expect("\(error)".hasSuffix("+08:00; sign with the current one"))
        #expect(try key("WATER01-P1", .out) == nil)
    }

    @Test("there is nothing to rotate without a current key of the direction")
    func nothingToRotate()
        throws
    {
        let bench = Bench()
        #expect(try refusalCode { _ = try bench.rotate(.in) } == .unknownSettlementKey)
        _ = try bench.create(.in)
        try bench.retire("WATER01-P1")
        #expect(try refusalCode { _ = try bench.rotate(.in) } == .unknownSettlementKey)
        #expect(
            try bench.states() == ["WATER01-K1 out current", "WATER01-P1 in retired"])
    }

    @Test("what is unknown is refused") func unknown() throws {
        let bench = Bench()
        #expect(
            try refusalCode { _ = try bench.create(.in, partner: "NOBODY") } == .unknownPartner)
        #expect(
            try refusalCode { try bench.retire("WATER01-K9") } == .unknownSettlementKey)
        #expect(
            try refusalCode { try bench.retire("WATER01-K1", partner: "BANK01") }
                == .unknownSettlementKey)
    }

    @Test(
        "the database keeps keys and signatures",
        arguments: [
            "DELETE FROM settlement_key",
            "UPDATE settlement_key SET key_id = 'OTHER-K1' WHERE key_id = 'WATER01-K1'",
            "UPDATE settlement_key SET direction = 'in' WHERE key_id = 'WATER01-K1'",
            "UPDATE settlement_key SET sealed_key = x'00' WHERE key_id = 'WATER01-K1'",
            "UPDATE settlement_key SET fingerprint = randomblob(32) WHERE key_id = 'WATER01-K1'",
            """
            INSERT INTO settlement_key (partner_id, key_id, direction, sealed_key, fingerprint,
                created_at)
            SELECT partner_id, 'WATER01-P1', 'in', sealed_key, fingerprint, 1 FROM settlement_key
            WHERE key_id = 'WATER01-K1'
            """,
            // Ended yesterday is not ended tomorrow.
            "UPDATE settlement_key SET retired_at = NULL WHERE key_id = 'GAS01-K1'",
            "UPDATE settlement_key SET retired_at = retired_at + 1 WHERE key_id = 'GAS01-K1'",
            """
            INSERT INTO settlement_file (partner_id, business_date, sequence, key_id, created_at,
                first_serial, last_serial, name, state)
            SELECT k.partner_id, (SELECT max(business_date) FROM business_date), 1, k.key_id,
                k.retired_at, 1, 1, 'APS_X_Y_20261120_000001.txt', 'assigned'
            FROM settlement_key k WHERE k.key_id = 'GAS01-K1'
            """,
        ])
    func guarded(_ attack: String) throws {
        let test = try TestBook()
        try test.execute(
            "UPDATE settlement_key SET retired_at = created_at + 1 WHERE key_id = 'GAS01-K1'")
        #expect(throws: (any Error).self) { try test.execute(attack) }
    }
}
