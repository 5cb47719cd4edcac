import Foundation
import Settlement
import Testing

@testable import Agency

/// How files of ours reach partners, what is kept of them, and what is noted.
@Suite struct SettlementDeliveryTests {
    static let name = "APS_330102A_WATER01_20261120_000001.txt"
    static let names = [name, name + ".hmac"]

    /// A book whose first day is closed and released.
    static func released() throws -> TestBook {
        let test = try TestBook()
        try test.playDay()
        try test.closeDay()
        try test.release()
        return test
    }

    private static func audit(_ test: TestBook) throws -> [String] {
        let folder = test.book.folder
        return try test.book.readers.read {
            try SettlementAudit(folder, $0) { _ in }.run(maximumFaults: 10)
        }
    }

    private static func remove(_ path: String, in test: TestBook) throws {
        try FileManager.default.removeItem(atPath: test.copy.path + "/" + path)
    }

    @Test("what goes out is kept for this user alone, and collected by the group") func kept()
        throws
    {
        let test = try Self.released()
        for name in Self.names {
            #expect(
                try test.copy.bytes("sent/WATER01/" + name)
                    == test.copy.bytes("settlement/WATER01/" + name))
            #expect(try test.copy.permissions(of: "sent/WATER01/" + name) == 0o600)
            #expect(try test.copy.permissions(of: "settlement/WATER01/" + name) == 0o640)
        }
        #expect(try test.copy.permissions(of: "sent/WATER01") == 0o700)
        let deliveries = try test.texts(
            """
            SELECT f.state || ' ' || d.channel || ' ' || ifnull(d.staff_id, '-')
                || ' ' || (d.recorded_at = f.released_at)
            FROM settlement_file f JOIN settlement_delivery d ON d.file_id = f.file_id
            """)
        #expect(
            deliveries
                == Array(repeating: "released outbox - 1", count: TestNetwork.partnerCount))
        #expect(try test.faults() == [])
        #expect(try Self.audit(test) == [])
    }

    @Test("a partner may take its files away; what lies there and differs is a fault")
    func collected() throws {
        let test = try Self.released()
        let place = "settlement/WATER01/"
        for name in Self.names { try Self.remove(place + name, in: test) }
        #expect(try Self.audit(test) == [])
        for (index, fault) in [
            "the file in the partner's folder differs",
            "the .hmac file in the partner's folder differs",
        ].enumerated() {
            let url = URL(filePath: test.copy.path + "/" + place + Self.names[index])
            try Data("other".utf8).write(to: url)
            #expect(try Self.audit(test) == ["settlement_file \(Self.name): \(fault)"])
            try FileManager.default.removeItem(at: url)
        }
        for (index, fault) in [
            "the file in sent/ is missing or differs",
            "the .hmac file beside it in sent/ is missing or differs",
        ].enumerated() {
            let url = URL(filePath: test.copy.path + "/sent/WATER01/" + Self.names[index])
            let bytes = try Data(contentsOf: url)
            for other in [bytes + Data("x".utf8), nil] {
                if let other { try other.write(to: url) }
                if other == nil { try FileManager.default.removeItem(at: url) }
                #expect(try Self.audit(test) == ["settlement_file \(Self.name): \(fault)"])
            }
            try bytes.write(to: url)
        }
        #expect(try Self.audit(test) == [])
    }

    /// What a crash found done, in the order of the steps.
    enum Step: CaseIterable {
        case half, sidecarKept, kept, sidecarOut, out, collected

        /// The files that lie there, in `sent/` and in the partner's folder.
        var files: (sent: [Int], out: [Int]) {
            switch self {
            case .half: ([], [])
            case .sidecarKept: ([1], [])
            case .kept, .collected: ([0, 1], [])
            case .sidecarOut: ([0, 1], [1])
            case .out: ([0, 1], [0, 1])
            }
        }
    }

    @Test(
        "a crash after any step repeats the release with the same bytes", arguments: Step.allCases)
    func crash(_ step: Step) throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        try test?.playDay()
        try test?.closeDay()
        test = nil
        let twin = try BookCopy(of: copy.path)
        let whole = try TestBook(reopening: copy, at: "2026-11-20 18:00")
        try whole.release()
        for (folder, indices) in [
            ("sent/WATER01", step.files.sent), ("settlement/WATER01", step.files.out),
        ] {
            try FileManager.default.createDirectory(
                atPath: twin.path + "/" + folder, withIntermediateDirectories: true)
            for index in indices {
                try FileManager.default.copyItem(
                    atPath: "\(copy.path)/\(folder)/\(Self.names[index])",
                    toPath: "\(twin.path)/\(folder)/\(Self.names[index])")
            }
            // What was being written when the process died.
            let hidden = ".\(Self.names[0]).0123456789abcdef.part"
            try Data("half".utf8).write(to: URL(filePath: "\(twin.path)/\(folder)/\(hidden)"))
        }
        let next = try TestBook(reopening: twin, at: "2026-11-23 04:05:06")
        try next.release()
        for folder in ["sent/WATER01", "settlement/WATER01"] {
            #expect(try twin.names(in: folder) == Self.names)
            for name in Self.names {
                #expect(
                    try twin.bytes("\(folder)/\(name)") == copy.bytes("\(folder)/\(name)"))
            }
        }
        #expect(
            try next.integer(
                """
                SELECT count(*) FROM settlement_delivery d
                JOIN settlement_file f ON f.file_id = d.file_id WHERE f.name = '\(Self.name)'
                """) == 1)
        #expect(try next.faults() == [])
        #expect(try Self.audit(next) == [])
    }

    @Test("a file is not released before its bytes are kept; what is in its way is its partner's")
    func order() throws {
        let test = try TestBook()
        try test.closeDay()
        // A file stands where the folder should be.
        for folder in ["sent", "settlement"] {
            let obstacle = test.copy.path + "/\(folder)/WATER01"
            try FileManager.default.createDirectory(
                atPath: (obstacle as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            if FileManager.default.fileExists(atPath: obstacle) {
                try FileManager.default.removeItem(atPath: obstacle)
            }
            try Data().write(to: URL(filePath: obstacle))
            #expect(throws: (any Error).self) { try test.release() }
            #expect(
                try test.texts("SELECT name FROM settlement_file WHERE state = 'assigned'")
                    == (folder == "sent" ? [Self.name] : []))
            #expect(
                try test.count("settlement_delivery") == Int64(TestNetwork.partnerCount - 1))
            try FileManager.default.removeItem(atPath: obstacle)
        }
        try test.release()
        #expect(try test.count("settlement_delivery") == Int64(TestNetwork.partnerCount))
        #expect(try test.faults() == [])
    }

    @Test(
        "what a partner lays into its own folder keeps its delivery away, and nothing else",
        arguments: [name, name + ".hmac"])
    func obstructed(_ obstacle: String) throws {
        let test = try TestBook()
        try test.playDay()
        try test.closeDay()
        let path = test.copy.path + "/settlement/WATER01/"
        for folder in [obstacle, ".\(Self.name).0123456789abcdef.part"] {
            try FileManager.default.createDirectory(
                atPath: path + folder, withIntermediateDirectories: true)
        }
        #expect(throws: (any Error).self) { try test.release() }
        #expect(try test.texts("SELECT DISTINCT state FROM settlement_file") == ["released"])
        #expect(try test.count("settlement_delivery") == Int64(TestNetwork.partnerCount - 1))
        #expect(try test.cycles("WATER01").map(\.state) == [.due])
        #expect(try test.faults() == [])
        try FileManager.default.removeItem(atPath: path + obstacle)
        try test.release()
        #expect(try test.count("settlement_delivery") == Int64(TestNetwork.partnerCount))
        for name in Self.names {
            #expect(
                try test.copy.bytes("sent/WATER01/" + name)
                    == test.copy.bytes("settlement/WATER01/" + name))
        }
    }

    @Test("what lies in a folder of ours under a name of ours was released to that partner")
    func strangers() throws {
        let test = try Self.released()
        let other = "APS_330102A_WATER01_20261121_000002.txt"
        for folder in ["sent", "settlement"] {
            for (partner, name) in [("WATER01", other), ("MOBILE01", Self.name)] {
                let path = "\(folder)/\(partner)/\(name)"
                let url = URL(filePath: test.copy.path + "/" + path)
                try Data("x".utf8).write(to: url)
                #expect(try Self.audit(test) == ["\(path): it was not released to \(partner)"])
                try FileManager.default.removeItem(at: url)
            }
        }
        try Data("x".utf8).write(to: URL(filePath: test.copy.path + "/settlement/WATER01/note.txt"))
        #expect(try Self.audit(test) == [])
    }

    @Test("a file is fetched from what is kept, made anew when that is lost, never altered")
    func fetched() throws {
        let test = try Self.released()
        let bytes = try test.copy.bytes("sent/WATER01/" + Self.name)
        let path = test.copy.path + "/sent/WATER01/" + Self.name
        #expect(try test.book.sentFilePath(Self.name) == path)
        #expect(try test.book.sentFilePath("none") == nil)
        for name in Self.names { try Self.remove("sent/WATER01/" + name, in: test) }
        #expect(try test.book.sentFilePath(Self.name) == path)
        #expect(try test.copy.bytes("sent/WATER01/" + Self.name) == bytes)
        try Data("other".utf8).write(to: URL(filePath: path))
        #expect(throws: SettlementFault.keptBytesDiffer(file: Self.name)) {
            try test.book.sentFilePath(Self.name)
        }
    }

    @Test("a file that was lost is put there again, from what is kept or made anew")
    func resend() throws {
        let test = try Self.released()
        let bytes = try Self.names.map { try test.copy.bytes("settlement/WATER01/" + $0) }
        #expect(try !test.book.resendSettlementFile(Self.name))
        for isKept in [true, false] {
            for name in Self.names {
                try Self.remove("settlement/WATER01/" + name, in: test)
                if !isKept { try Self.remove("sent/WATER01/" + name, in: test) }
            }
            #expect(try test.book.resendSettlementFile(Self.name))
            for (name, bytes) in zip(Self.names, bytes) {
                #expect(try test.copy.bytes("settlement/WATER01/" + name) == bytes)
                #expect(try test.copy.bytes("sent/WATER01/" + name) == bytes)
            }
        }
        #expect(
            try test.integer(
                "SELECT count(*) FROM settlement_delivery WHERE file_id = "
                    + "(SELECT file_id FROM settlement_file WHERE name = '\(Self.name)')") == 3)
        #expect(try test.faults() == [])
        #expect(throws: SettlementFault.notReleased(file: "none")) {
            try test.book.resendSettlementFile("none")
        }
        // Damaged bytes are never sent, and other bytes of a partner's never replaced.
        let url = URL(filePath: test.copy.path + "/sent/WATER01/" + Self.name)
        try Data("other".utf8).write(to: url)
        #expect(throws: SettlementFault.keptBytesDiffer(file: Self.name)) {
            try test.book.resendSettlementFile(Self.name)
        }
        try Data(bytes[0]).write(to: url)
        try Data("other".utf8).write(
            to: URL(filePath: test.copy.path + "/settlement/WATER01/" + Self.name))
        #expect(throws: SettlementError.releasedFileDiffers(name: Self.name)) {
            try test.book.resendSettlementFile(Self.name)
        }
    }

    @Test("of each of the partner's own people the first download is noted, and of nobody else")
    func downloads() throws {
        let test = try Self.released()
        let file = try #require(
            try test.book.readers.read { try SettlementFileReader($0).file(named: Self.name) })
        let liaison = try test.principal("LI-WATER01", at: nil)
        for _ in 1...3 {
            try test.perform { try $0.recordDownload(of: file.id, by: liaison) }
        }
        let report = try #require(
            try test.book.readers.read {
                try SettlementDeliveryReader($0).reports(of: [file]).first
            })
        #expect(report.deliveries.map(\.channel) == [.outbox, .download])
        #expect(report.deliveries.map(\.staffCode) == [nil, "LI-WATER01"])
        for other in ["LI-MOBILE01", "AD0001"] {
            let principal = try test.principal(other, at: nil)
            #expect(throws: (any Error).self) {
                try test.perform { try $0.recordDownload(of: file.id, by: principal) }
            }
        }
        #expect(try test.faults() == [])
    }

    @Test(
        "the database keeps what was delivered",
        arguments: [
            "DELETE FROM settlement_delivery",
            "UPDATE settlement_delivery SET recorded_at = recorded_at + 1",
            "INSERT INTO settlement_delivery (delivery_id, file_id, channel, recorded_at) "
                + "VALUES (1, 1, 'outbox', 0)",
            "INSERT INTO settlement_delivery (file_id, channel, recorded_at) "
                + "VALUES (1, 'download', 0)",
            "INSERT INTO settlement_delivery (file_id, channel, staff_id, recorded_at) "
                + "SELECT 1, 'outbox', staff_id, 0 FROM staff_member WHERE code = 'LI-BANK01'",
            "INSERT INTO settlement_delivery (file_id, channel, staff_id, recorded_at) "
                + "SELECT 1, 'download', staff_id, 0 FROM staff_member WHERE code = 'LI-WATER01'",
            "INSERT INTO settlement_delivery (file_id, channel, recorded_at) "
                + "VALUES (9999, 'outbox', 0)",
        ])
    func guarded(_ attack: String) throws {
        let test = try Self.released()
        #expect(throws: (any Error).self) { try test.execute(attack) }
    }
}
