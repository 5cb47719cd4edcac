import Foundation
import Testing

@testable import Agency

/// What lies in the folder: the database's pages and the settlement files.
extension BookAuditTests {
    @Test("a released file whose kept bytes are gone or changed is found") func files() throws {
        let copy = try closedDay()
        let folder = BookFolder(path: copy.path).sentFolder(partnerCode: "WATER01")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder)
                .first { $0.hasSuffix(".txt") })
        let handle = try #require(FileHandle(forWritingAtPath: folder + "/" + name))
        handle.write(Data("X".utf8))
        handle.closeFile()
        #expect(try settlementFaults(copy).count == 1)
        try FileManager.default.removeItem(atPath: folder + "/" + name)
        #expect(try settlementFaults(copy).count == 1)
    }

    @Test("a kept sidecar that is gone, changed or longer is found") func sidecars() throws {
        let copy = try closedDay()
        let folder = BookFolder(path: copy.path).sentFolder(partnerCode: "WATER01")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder)
                .first { $0.hasSuffix(".hmac") })
        let url = URL(filePath: folder + "/" + name)
        let line = try Data(contentsOf: url)
        for other in [line.dropLast(2) + Data("x\n".utf8), line + Data("\n".utf8)] {
            try Data(other).write(to: url)
            #expect(try settlementFaults(copy).map { $0.contains(".hmac") } == [true])
        }
        try line.write(to: url)
        #expect(try settlementFaults(copy) == [])
        try FileManager.default.removeItem(at: url)
        #expect(try settlementFaults(copy).count == 1)
    }

    @Test("wrong pages crowd out no fault of the ledger or of business rows") func crowd() throws {
        let copy = try closedDay()
        try copy.damage(
            """
            UPDATE account_balance SET debits = debits + 1 WHERE account_id = 1;
            UPDATE service_transaction SET amount_fen = amount_fen + 1 WHERE serial = 1;
            """)
        let url = URL(filePath: copy.path + "/book.db")
        var bytes = try Data(contentsOf: url)
        // The last byte of each page belongs to its checksum.
        for end in stride(from: 4_096, through: bytes.count, by: 4_096) { bytes[end - 1] ^= 1 }
        try bytes.write(to: url)
        let faults = try BookFolder(path: copy.path).openReaders().read {
            try BookAudit($0, maximumFaults: 8) { _ in }.run().faults
        }
        #expect(faults.count == 8, "\(faults)")
        #expect(faults.contains { $0.hasPrefix("wrong_balance: account_balance 1,") }, "\(faults)")
        #expect(faults.contains { $0.hasPrefix("service_transaction 1") }, "\(faults)")
    }

    func settlementFaults(_ copy: BookCopy) throws -> [String] {
        let folder = BookFolder(path: copy.path)
        return try folder.openReaders().read {
            try SettlementAudit(folder, $0) { _ in }.run(maximumFaults: 100)
        }
    }
}
