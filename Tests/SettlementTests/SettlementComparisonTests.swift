import Foundation
import Testing

@testable import Settlement

@Suite struct SettlementComparisonTests {
    /// The differences of the published lines and changed ones, in short words.
    static func differences(
        _ change: (inout [SettlementDetail]) throws -> Void
    ) throws -> [String] {
        var changed = try Example.details()
        try change(&changed)
        let files = try [Example.details(), changed].map { details in
            let folder = try TemporaryFolder()
            try candidate(in: folder, header: Example.header(), details).release()
            return try Example.verifier().verify(Example.firstName, in: folder.path)
        }
        var differences: [String] = []
        try SettlementComparison.compare(files[0], files[1]) { difference in
            switch difference {
            case .header(let field): differences.append("\(field.field)")
            case .onlyInFirst(let number, let detail):
                differences.append("first \(number) \(detail.serial)")
            case .onlyInSecond(let number, let detail):
                differences.append("second \(number) \(detail.serial)")
            case .differing(let serial, let fields):
                differences.append(
                    "\(serial) "
                        + fields.map { "\($0.field.position) \($0.first)→\($0.second)" }
                        .joined(separator: ", "))
            }
        }
        return differences
    }

    @Test("the order of the lines is no difference") func order() throws {
        #expect(try Self.differences { $0.reverse() } == [])
        #expect(try Self.differences { $0.swapAt(0, 7) } == [])
    }

    @Test("lines of one file only are told with their numbers") func onlyInOne() throws {
        #expect(try Self.differences { $0.remove(at: 2) } == ["first 3 1003"])
        #expect(
            try Self.differences { details in
                details.remove(at: 1)
                details.insert(try Example.detail("2000"), at: 4)
            } == ["first 2 1002", "second 5 2000"])
    }

    @Test("each field of a line that differs is told") func fields() throws {
        #expect(
            try Self.differences { details in
                details[0].amountFen += 1
                details[0].status = .reversed
                details[10].originalSerial = try Example.identifier("878")
            } == ["1001 7 8650→8651, 10 POSTED→REVERSED", "1011 12 877→878"])
    }

    @Test("texts that look the same and have other bytes are different") func bytes() throws {
        #expect(
            try Self.differences { $0[4].accountReference = "e\u{301}" }.count == 1)
        let composed = try Self.differences { $0[4].accountReference = "\u{E9}" }
        let decomposed = try Self.differences { $0[4].accountReference = "e\u{301}" }
        #expect(!composed[0].utf8.elementsEqual(decomposed[0].utf8))
        let files = try ["\u{E9}", "e\u{301}"].map { text in
            let folder = try TemporaryFolder()
            let details = [try Example.detail(account: text)]
            try candidate(in: folder, header: Example.header(), details).release()
            return try Example.verifier().verify(Example.firstName, in: folder.path)
        }
        var count = 0
        try SettlementComparison.compare(files[0], files[1]) { _ in count += 1 }
        #expect(count == 1)
    }

    @Test("a serial that comes twice is paired in order") func twice() throws {
        #expect(
            try Self.differences { details in
                details.append(details[0])
                details[11].amountFen = 1
            } == ["second 12 1001"])
    }

    @Test("headers are compared field by field") func headers() throws {
        let verifier = try Example.verifier()
        let path = Example.folder.path(percentEncoded: false)
        let files = try [Example.firstName, Example.secondName].map {
            try verifier.verify($0, in: path)
        }
        var fields: [Int] = []
        try SettlementComparison.compare(files[0], files[1]) { difference in
            if case .header(let field) = difference { fields.append(field.field.position) }
        }
        #expect(fields == [5, 7, 10, 11])
    }

    @Test("the fields of each line are those of the file") func lines() throws {
        let path = Example.folder.path(percentEncoded: false)
        var lines: [String] = []
        try Example.verifier().verify(Example.firstName, in: path).forEachLine {
            lines.append($0.joined(separator: "|") + "\n")
        }
        #expect(try lines.joined() == Example.text())
    }

    @Test("a file of which nothing is checked can be looked at, but no card number")
    func unverified() throws {
        let folder = try TemporaryFolder()
        try folder.put("X|6222021234567890|\u{1b}[2J\n\nT".utf8, as: "anything")
        var file = try UnverifiedSettlement("anything", in: folder.path)
        #expect(try file.next() == ["X", "************7890", "?[2J"])
        #expect(try file.next() == [""])
        #expect(throws: SettlementError.lineUnterminated(line: 3)) { _ = try file.next() }
    }
}

@Suite struct SettlementKeyFileTests {
    @Test("a key is found by its three names") func found() throws {
        let keys = try SettlementKeyFile(Example.text("test.keys"))
        let reference = try Example.header().keyReference
        #expect(keys.key(reference) != nil)
        let other = SettlementKeyReference(
            agencyID: reference.agencyID, partnerID: try Example.identifier("DEMO02"),
            keyID: reference.keyID)
        #expect(keys.key(other) == nil)
        let spaced = "\u{FEFF}# keys\r\n\r\n#\r\n A\tB  C 00\r\n"
        #expect(try SettlementKeyFile(String(spaced.dropFirst())).key(reference) == nil)
    }

    @Test(
        "a line that is no key is refused by its number",
        arguments: [
            ("A B C", SettlementKeyFileError.lineMalformed(line: 1)),
            ("A B C 00 D", .lineMalformed(line: 1)), ("#\nA B C 0", .lineMalformed(line: 2)),
            ("A B -C 00", .lineMalformed(line: 1)), ("A B C 0g", .lineMalformed(line: 1)),
            ("A B C 00\nA B C 01\n", .keyTwice(line: 2)),
        ])
    func refused(text: String, error: SettlementKeyFileError) {
        #expect(throws: error) { _ = try SettlementKeyFile(text) }
    }
}
