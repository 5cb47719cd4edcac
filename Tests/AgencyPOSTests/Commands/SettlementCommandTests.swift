import Foundation
import Testing

@testable import AgencyPOS

/// `agencypos settlement …` on the published files, with a key file and without a book.
@Suite struct SettlementCommandTests {
    static let folder = DemoNetwork.repository + "/fixtures/settlement"
    static let first = "APS_QINGCHUAN_DEMO01_20261121_000001.txt"
    static let second = "APS_QINGCHUAN_DEMO01_20261122_000002.txt"
    static let partly = "APA_QINGCHUAN_DEMO01_20261122_000001.txt"
    static let wrong = "refused/11-amount-of-a-line/" + first
    static let keys = ["--keys", "test.keys"]

    struct Row: Sendable, CustomTestStringConvertible {
        let words: [String]
        let code: Int32
        /// What the output holds.
        var output: [String] = []
        /// What the one line on standard error holds.
        var errors = ""

        var testDescription: String { words.joined(separator: " ") + " → \(code)" }
    }

    static let rows = [
        Row(
            words: [], code: 2,
            errors:
                "settlement needs one of: verify, show, diff, match, convert, layout, key, receive, "
                + "resend, statement"),
        Row(words: ["shwo", first], code: 2, errors: "settlement needs one of: verify"),
        Row(words: ["verify"], code: 2, errors: "name the files to check"),
        Row(words: ["resend"], code: 2, errors: "name one file"),
        Row(words: ["resend", first, second], code: 2, errors: "name one file"),
        Row(
            words: ["verify", first] + keys, code: 0, output: ["OK \(first): 11 lines, net -69.89"]),
        Row(
            words: ["verify", first, wrong] + keys, code: 1,
            output: ["OK \(first)", "BAD \(wrong): line 13, S5 amount"], errors: "1 of 2 files"),
        Row(
            words: ["verify", "."] + keys, code: 0,
            output: [
                "OK ./\(first): 11 lines, net -69.89, chain first\n"
                    + "OK ./\(second): 0 lines, net 0.00, chain follows\n"
            ]),
        Row(
            words: ["verify", second, first] + keys, code: 0,
            output: [
                "OK \(first): 11 lines, net -69.89, chain first\n"
                    + "OK \(second): 0 lines, net 0.00, chain follows\n"
            ]),
        Row(
            words: ["verify", second] + keys, code: 0,
            output: ["OK \(second): 0 lines, net 0.00, chain unchecked"]),
        Row(
            words: ["verify", second, "--previous", first] + keys, code: 0,
            output: ["OK \(second): 0 lines, net 0.00, chain follows"]),
        Row(
            words: ["verify", first, "--previous", second] + keys, code: 1,
            output: ["BAD \(first): H7 file sequence number is 1, the chain expects 3"],
            errors: "1 of 1 files"),
        Row(
            words: ["verify", second, "--previous", "none"] + keys, code: 2,
            errors: "--previous none: none: not the name of a settlement file"),
        Row(
            words: ["verify", "refused/15-digest"] + keys, code: 1,
            output: [
                "OK refused/15-digest/\(first): 11 lines, net -69.89, chain first",
                "BAD refused/15-digest/\(second): H10 previous file's SHA-256 is ",
            ], errors: "1 of 2 files"),
        Row(
            words: ["verify", "refused/15-number", "refused/15-date-same/"] + keys, code: 1,
            output: [
                "H7 file sequence number is 3, the chain expects 2",
                "H5 business date is 2026-11-21, the chain expects after 2026-11-21",
            ], errors: "2 of 4 files"),
        Row(
            words: ["verify", "acknowledgement"] + keys, code: 0,
            output: [
                "OK acknowledgement/\(partly): PARTLY, 5 items, of \(first)\n",
                ": REJECTED codeMismatch, 0 items, of \(second)\n",
            ]),
        Row(
            words: ["verify", "acknowledgement/" + partly, "--key", "00"], code: 1,
            output: ["BAD acknowledgement/\(partly): \(partly): the MAC does not match"],
            errors: "1 of 1 files"),
        Row(words: ["verify", "../layouts"] + keys, code: 2, errors: "../layouts: no file *.txt"),
        Row(
            words: ["show", "acknowledgement/" + partly] + keys, code: 0,
            output: [
                "A12 verdict                  PARTLY\n", "AMOUNT_DIFFERS     ours 8651 fen POSTED",
                "E2 item count                5\n",
            ]),
        Row(
            words: ["show", "acknowledgement/" + partly, "--lines", "2"] + keys, code: 0,
            output: ["STATUS_DIFFERS", "and 3 lines more; see --lines"]),
        Row(
            words: ["show", "acknowledgement/" + partly, "--unverified"], code: 0,
            output: ["NOT VERIFIED: ", "COMMISSION_DIFFERS"]),
        Row(
            words: ["verify", "a"] + keys, code: 1,
            output: ["BAD a: a: not the name of a settlement file"], errors: "1 of 1 files"),
        Row(words: ["show", "a"] + keys, code: 1, errors: "not the name of a settlement file"),
        Row(words: ["diff", "a", "b"] + keys, code: 2, errors: "not the name of a settlement"),
        Row(words: ["match", "a", "b"], code: 2, errors: "a must be a .csv or a .txt file"),
        Row(words: ["verify", first, "--keys", "none"], code: 3, errors: "none: the key file"),
        Row(words: ["verify", first, "--keys", first], code: 2, errors: "\(first), line 1: not"),
        Row(words: ["verify", first, "--key", "0g"], code: 2, errors: "--key must be hexadecimal"),
        Row(
            words: ["verify", first, "--key", "00"] + keys, code: 2,
            errors: "--keys and --key exclude each other"),
        Row(words: ["verify", first, "--data", "none"], code: 3, errors: "there is no book here"),
        Row(words: ["show", first, second], code: 2, errors: "name one file"),
        Row(words: ["show", first, "--lines", "-1"] + keys, code: 2, errors: "--lines must be"),
        Row(
            words: ["show", wrong] + keys, code: 1, errors: "S5 amount: 8650, the details give 8651"
        ),
        Row(
            words: ["show", wrong, "--unverified"], code: 0,
            output: ["NOT VERIFIED: ", "T8 net                       -69.89\nNOT VERIFIED: "]),
        Row(
            words: ["show", "refused/06-line-unterminated/" + first, "--unverified"], code: 1,
            output: ["NOT VERIFIED: ", "1011"], errors: "line 20: no line feed at its end"),
        Row(
            words: ["show", "none", "--unverified"], code: 1,
            errors: "cannot open none: No such file or directory"),
        Row(words: ["diff", first], code: 2, errors: "name two files"),
        Row(words: ["diff", first, first] + keys, code: 0),
        Row(words: ["diff", first, wrong] + keys, code: 2, errors: "\(wrong): line 13, S5 amount"),
        Row(
            words: ["diff", first, "none"] + keys, code: 2, errors: "not the name of a settlement"),
        Row(
            words: ["diff", first, second] + keys, code: 1,
            output: [
                "header: H5 business date A \"2026-11-21\" B \"2026-11-22\"",
                "only in A: line 3, serial 1003, WITHDRAWAL, amount 50000 fen, POSTED",
            ], errors: "15 differences"),
    ]

    @Test("each command says what it found and ends with its code", arguments: rows)
    func command(_ row: Row) throws {
        let outcome = try Program.run(["settlement"] + row.words, in: Self.folder)
        #expect(outcome.code == row.code, "\(outcome)")
        for text in row.output { #expect(outcome.output.contains(text), "\(outcome)") }
        if row.output.isEmpty { #expect(outcome.output.isEmpty, "\(outcome)") }
        if row.errors.isEmpty {
            #expect(outcome.errors.isEmpty, "\(outcome)")
        } else {
            #expect(outcome.errors.contains(row.errors), "\(outcome)")
        }
    }

    @Test("layouts are set and listed beside the server") func layouts() throws {
        let book = try DemoNetwork.copy()
        func run(_ words: String...) throws -> Program.Outcome {
            try Program.run(["settlement", "layout", "--data", book.path] + words)
        }
        let layout = DemoNetwork.repository + "/fixtures/layouts/wechat/layout.json"
        let set = try run("--partner", "MOBILE01", "--from", "2026-12-01", layout)
        #expect(set.code == 0, "\(set)")
        let header = "partner\tfrom\tkind\n"
        #expect(try run("--list").output == header + "MOBILE01\t2026-12-01\tcsv\n")
        #expect(try run("--list", "--partner", "WATER01").output == header)
        let unknown = try run("--list", "--partner", "NOBODY")
        #expect(unknown.code == 4 && unknown.errors.contains("there is no partner NOBODY"))
        #expect(try run("--list", layout).code == 2)
        #expect(try run("--list", "--from", "2026-12-01").code == 2)
    }

    @Test("the program refuses what the tools refuse, file by file, over all published faults")
    func refused() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/refused")
            .filter { $0 != "expected.txt" }.sorted()
        #expect(folders.count > 100)
        let outcome = try Program.run(
            ["settlement", "verify"] + folders + ["--keys", "../test.keys"],
            in: Self.folder + "/refused")
        #expect(outcome.code == 1)
        let bad = outcome.output.split(separator: "\n").filter { $0.hasPrefix("BAD ") }
            .map { $0.dropFirst(4).prefix { $0 != ":" } }
        let expected = try String(
            contentsOfFile: Self.folder + "/refused/expected.txt", encoding: .utf8
        ).split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " } }
        #expect(bad == expected)
    }

    @Test("the table has amounts in yuan in straight columns, also beside Chinese characters")
    func table() throws {
        let outcome = try Program.run(
            ["settlement", "show", Self.first, "--lines", "5"] + Self.keys, in: Self.folder)
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(
            outcome.output.contains(
                """
                line number serial partner's reference type         account reference  amount  fee \
                commission status   time                      original serial
                          1 1001   W20261121-0001      BILL_PAYMENT 0310220045          86.50 0.00 \
                      0.50 POSTED   2026-11-21T09:05:07+08:00
                """))
        #expect(
            outcome.output.contains(
                """
                          5 1005   W20261121-0002      BILL_PAYMENT 甲3栋-201            1.23 0.00 \
                      0.01 POSTED   2026-11-21T16:59:59+08:00
                and 6 lines more; see --lines

                type          posted count reversed count amount  fee commission
                BILL_PAYMENT             3              0  86.50 0.00       0.50
                """))
        #expect(outcome.output.hasSuffix("T8 net                       -69.89\n"))
    }
}
