import Agency
import Foundation
import SQL
import Testing

@testable import AgencyPOS

@Suite(.serialized) struct BackupProcessTests {
    static let stations = 4
    /// How long the operators may take, in seconds.
    static let patienceSeconds = 30.0
    /// Payments that are acknowledged before the first backup.
    static let paymentsBeforeBackup = 200
    /// The least size of file, in KiB, that the demo's book does not fit in.
    static let smallDiskKibibytes = 512

    let sandbox: TemporaryFolder
    var data: String { sandbox.path + "/data" }
    var file: String { sandbox.path + "/backup" }
    var target: String { sandbox.path + "/restored" }

    init() throws {
        sandbox = try TemporaryFolder()
        let demo = DemoNetwork.repository + "/fixtures/demo"
        try #require(try Program.run(["load", demo, "--data", sandbox.path + "/data"]).code == 0)
    }

    @Test("backups under load hold every payment acknowledged before them, and disturb none")
    func underLoad() throws {
        let server = try ServedBook(data: data)
        let load = try PaymentLoad(
            stations: Self.stations, port: server.port, credentials: try Self.credentials())
        let group = load.run(port: server.port)
        try waitForPayments(load, Self.paymentsBeforeBackup)
        let follower = try ChildProgram(["follow", file + ".copy", "--every", "1", "--data", data])
        var backups: [(path: String, answered: [SentPayment])] = []
        for number in 1...3 {
            let answered = load.sent.filter { $0.answer != nil }
            let path = file + "\(number)"
            let outcome = try Program.run(["backup", path, "--data", data])
            #expect(outcome.code == 0, "\(outcome)")
            #expect(outcome.output.contains("entries"), "\(outcome)")
            backups.append((path, answered))
        }
        let count = load.sent.count
        try waitForPayments(load, count + Self.paymentsBeforeBackup)
        #expect(follower.end(SIGTERM) == 0)
        server.kill()
        try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
        #expect(load.unexpected == [])
        backups.append((file + ".copy", backups[0].answered))
        for (path, answered) in backups {
            let restored = path + ".data"
            let outcome = try Program.run(
                ["restore", path, "--data", restored, "--key", data + "/keys/master.key"])
            #expect(outcome.code == 0 && outcome.output.contains("verified: "), "\(outcome)")
            let accounts = Set(
                try texts("SELECT account_reference FROM service_transaction", restored))
            let bills = Set(
                try texts("SELECT bill_id || '' FROM bill_payment", restored))
            for payment in answered {
                let isThere =
                    switch payment.target {
                    case .account(let account): accounts.contains(account)
                    case .bill(let bill): bills.contains("\(bill)")
                    }
                #expect(isThere, "\(payment.key) was acknowledged before \(path)")
            }
            try expectPrefix(path)
        }
    }

    @Test("a killed backup leaves no file of that name, and the next one is made")
    func killedBackup() throws {
        var moments = Moments()
        var killed = 0
        var longest = 120
        for round in 1...12 {
            let child = try ChildProgram(["backup", file, "--data", data])
            moments.pause(milliseconds: 0...longest)
            let isKilled = child.end(SIGKILL) == SIGKILL
            killed += isKilled ? 1 : 0
            longest = Self.longest(after: longest, wasTooEarly: isKilled)
            if FileManager.default.fileExists(atPath: file) {
                try expectPrefix(file)
                try FileManager.default.removeItem(atPath: file)
            }
            guard round == 12 else { continue }
            #expect(try Program.run(["backup", file, "--data", data]).code == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.path)
            #expect(names.sorted() == ["backup", "data"], "\(moments)")
        }
        #expect(killed > 0, "\(moments)")
    }

    @Test("a killed restore leaves a whole book or none that a server opens")
    func killedRestore() throws {
        try #require(try Program.run(["backup", file, "--data", data]).code == 0)
        let words = ["restore", file, "--data", target, "--key", data + "/keys/master.key"]
        var moments = Moments()
        var unfinished = 0
        var longest = 250
        for _ in 1...12 {
            let child = try ChildProgram(words)
            moments.pause(milliseconds: 0...longest)
            _ = child.end(SIGKILL)
            let isThere = FileManager.default.fileExists(atPath: target + "/book.db")
            longest = Self.longest(after: longest, wasTooEarly: !isThere)
            if isThere {
                let verify = try Program.run(["verify", "--data", target])
                #expect(verify.code == 0, "\(moments) \(verify)")
                try FileManager.default.removeItem(atPath: target)
            } else {
                unfinished += 1
                #expect(throws: BookError.self) { try Book(path: target) }
            }
        }
        #expect(unfinished > 0, "\(moments)")
        if FileManager.default.fileExists(atPath: target + "/book.db") { return }
        let last = try Program.run(words)
        #expect(last.code == 0, "\(moments) \(last)")
    }

    /// The longest pause before the next kill: machines differ, and kills must meet the work.
    private static func longest(after longest: Int, wasTooEarly: Bool) -> Int {
        wasTooEarly ? min(longest * 2, 1_000) : max(longest / 2, 1)
    }

    @Test("a killed follower leaves a whole copy, and the next one goes on with it")
    func killedFollower() throws {
        let server = try ServedBook(data: data)
        let load = try PaymentLoad(
            stations: 1, port: server.port, credentials: try Self.credentials())
        let group = load.run(port: server.port)
        var moments = Moments()
        var copies = 0
        var longest = 180
        for _ in 1...10 {
            let child = try ChildProgram(["follow", file, "--every", "1", "--data", data])
            moments.pause(milliseconds: 20...longest)
            #expect(child.end(SIGKILL) == SIGKILL, "\(moments)")
            let isThere = FileManager.default.fileExists(atPath: file)
            if !isThere { longest *= 2 }
            guard isThere else { continue }
            copies += 1
            try expectPrefix(file)
        }
        #expect(copies > 0, "\(moments)")
        server.kill()
        try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
        let last = try ChildProgram(["follow", file, "--every", "1", "--data", data])
        try last.waitForOutput("copied: ")
        // A server that starts and stops meanwhile is no matter to it.
        let again = try ServedBook(data: data)
        again.kill()
        #expect(last.end(SIGTERM) == 0)
        #expect(load.unexpected == [])
        try expectPrefix(file)
    }

    @Test("a full disk ends backup and restore without a trace", arguments: ["backup", "restore"])
    func fullDisk(_ command: String) throws {
        var words = ["backup", file, "--data", data]
        if command == "restore" {
            try #require(try Program.run(words).code == 0)
            words = ["restore", file, "--data", target, "--key", data + "/keys/master.key"]
        }
        let before = try FileManager.default.contentsOfDirectory(atPath: sandbox.path).sorted()
        let child = try ChildProgram(words, maximumFileKibibytes: Self.smallDiskKibibytes)
        let code = child.end(nil)
        #expect(code == ExitCode.unusable.rawValue)
        let message = child.errors
        #expect(message.contains("the copy cannot be written"), "\(message)")
        let after = try FileManager.default.contentsOfDirectory(atPath: sandbox.path).sorted()
        #expect(after == before)
    }

    @Test("a full disk keeps the last good copy, and the next round with room goes on")
    func fullDiskOfFollower() throws {
        let words = ["follow", file, "--every", "1", "--data", data]
        let first = try ChildProgram(words)
        try first.waitForOutput("copied: ")
        #expect(first.end(SIGTERM) == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let full = try ChildProgram(words, maximumFileKibibytes: Self.smallDiskKibibytes)
        #expect(full.end(nil) == ExitCode.unusable.rawValue)
        #expect(full.errors.contains("the copy cannot be written"), "\(full.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
        let last = try ChildProgram(words)
        try last.waitForOutput("copied: ")
        #expect(last.end(SIGINT) == 0)
        try expectPrefix(file)
    }

    private func waitForPayments(_ load: PaymentLoad, _ count: Int) throws {
        let deadline = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while load.sent.count < count {
            guard Date() < deadline else { throw TestFailure("only \(load.sent.count) payments") }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// The copy's pages are sound and its last root is one that the book has.
    private func expectPrefix(_ path: String) throws {
        let copy = try Connection(path: path, access: .read)
        #expect(try copy.prepare("PRAGMA integrity_check").all { $0.text(0) } == ["ok"])
        let heads = "SELECT tree_size || ' ' || hex(root) FROM tree_head"
        let last = try #require(
            try copy.prepare(computed: heads + " ORDER BY tree_size DESC LIMIT 1")
                .first { $0.text(0) })
        #expect(try texts(heads, data).contains(last), "\(path) is not of this book")
    }

    private func texts(_ sql: String, _ data: String) throws -> [String] {
        try BookFolder(path: data).openReaders().read {
            try $0.prepare(computed: sql).all { $0.text(0) }
        }
    }

    private static func credentials() throws -> [String: Any] {
        let path = DemoNetwork.repository + "/fixtures/demo/demo-credentials.json"
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}

/// Random moments for a signal, with the seed that gives them again.
private struct Moments: CustomStringConvertible {
    private let seed = UInt64.random(in: .min ... .max)
    private var state: UInt64

    init() {
        state = seed
        print(self)
    }

    var description: String { "seed of the moments: \(seed)" }

    /// Not a synchronisation: the moment of the kill is what the test is about.
    mutating func pause(milliseconds: ClosedRange<Int>) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let span = milliseconds.upperBound - milliseconds.lowerBound + 1
        let chosen = milliseconds.lowerBound + Int(state >> 33) % span
        Thread.sleep(forTimeInterval: Double(chosen) / 1_000)
    }
}
