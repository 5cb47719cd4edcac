import FaultyDisk
import Foundation
import SQL
import Synchronization
import Testing

@testable import Agency

/// A day at the counter on a disk that fails at a random operation.
///
/// The seed is printed; `AGENCYPOS_TEST_SEED` repeats a run, `AGENCYPOS_FAULT_STRIDE=1` does many.
@Suite("A day on a disk that fails")
struct BookFaultTests {
    static let rounds =
        24
        / (ProcessInfo.processInfo.environment["AGENCYPOS_FAULT_STRIDE"].flatMap { Int($0) } ?? 6)
    static let time = "2026-11-20 10:00"
    static let phones = 1...6

    /// A book with an operator who is signed on, closed.
    private static let morning = Result {
        let test = try TestBook()
        _ = try test.signOn(1)
        test.book.close()
        return test.copy
    }

    @Test(
        "loses no acknowledged payment, doubles none, and ends with its files released",
        arguments: FaultyDisk.Failure.allCases)
    func day(failure: FaultyDisk.Failure) throws {
        let disk = FaultyDisk()
        var numbers = SeededNumbers(of: "a day on a disk: \(failure)", share: 0)
        let calm = CounterDay()
        disk.heal()
        calm.play(try BookCopy(of: Self.morning.get().path), disk, attempts: 1)
        #expect(calm.errors == [])
        let operationCount = disk.operationCount
        #expect(operationCount > 200)
        for _ in 0..<Self.rounds {
            let number = Int.random(in: 1...operationCount, using: &numbers)
            let place = Comment(rawValue: "\(failure) at operation \(number) of \(operationCount)")
            let copy = try BookCopy(of: Self.morning.get().path)
            let day = CounterDay()
            disk.forgetFiles()
            disk.arm(failure, at: number)
            day.play(copy, disk, attempts: failure.isForGood ? 1 : 3)
            // Who gets an error tries again, and a disk that failed once must not matter then.
            if !failure.isForGood { #expect(day.isFinished, place) }
            let after = try BookCopy(of: copy.path)
            try after.restart(disk, afterPowerCut: failure == .powerCut, &numbers)
            try check(day, on: after, place)
        }
    }

    private func check(_ day: CounterDay, on copy: BookCopy, _ place: Comment) throws {
        #expect(try copy.faults() == [], place)
        let test = try TestBook(reopening: copy, at: Self.time)
        try test.desk(ControllablePartner()).resolveInterrupted()
        let teller = try test.operatorA(1)
        for number in Self.phones {
            let count = try test.integer(
                """
                SELECT count(*) FROM service_transaction
                WHERE account_reference = '\(CounterDay.account(number))'
                """)
            #expect(count <= 1, place)
            guard let answer = day.answer(number) else { continue }
            #expect(count == 1, place)
            let again = try CounterDay.pay(number, test, teller)
            #expect(again == answer, place)
        }
        if let serial = day.paidOutSerial { #expect(try test.status(serial) == .posted, place) }
        if day.isClosed { #expect(try test.date() == "2026-11-21", place) }
        if try test.date() == TestNetwork.openingDate {
            // The bank approved and the cash was not confirmed: the operator gives up.
            let waiting = try test.texts(
                "SELECT '' || serial FROM service_transaction WHERE status = 'authorised'")
            for serial in waiting.compactMap({ Int64($0) }) {
                _ = try test.cancel(serial, key: "withdrawal-3", by: teller).bytes()
            }
            if try test.count("shift WHERE state = 'open'") > 0 {
                _ = try test.signOff(teller).bytes()
            }
            try test.closeDay()
        }
        try test.release()
        #expect(try test.faults() == [], place)
        let folder = BookFolder(path: copy.path)
        let settlement = try test.book.readers.read {
            try SettlementAudit(folder, $0) { _ in }.run(maximumFaults: 10)
        }
        #expect(settlement == [], place)
        #expect(try test.count("settlement_file WHERE state <> 'released'") == 0, place)
    }
}

/// What an operator did on a day, and was told to be done.
private final class CounterDay {
    private var answers: [Int: [UInt8]] = [:]
    private(set) var paidOutSerial: Int64?
    private(set) var isClosed = false
    private(set) var isFinished = false
    private(set) var errors: [String] = []

    func answer(_ number: Int) -> [UInt8]? { answers[number] }

    static func account(_ number: Int) -> String { "1390000000\(number)" }

    /// Opens the book, takes payments, pays a withdrawal out, and closes the day.
    ///
    /// - Parameter attempts: how often each step is tried.
    func play(_ copy: BookCopy, _ disk: FaultyDisk, attempts: Int) {
        var limits = WriterLimits()
        limits.checkpointPages = 40
        let test = attempt(attempts) {
            try TestBook(
                reopening: copy, at: BookFaultTests.time, limits: limits,
                fileSystem: disk.fileSystem)
        }
        guard let test, let teller = attempt(attempts, { try test.operatorA(1) }) else { return }
        for number in BookFaultTests.phones {
            answers[number] = attempt(attempts) { try Self.pay(number, test, teller) }
        }
        payOut(test, teller, attempts)
        attempt(attempts) { _ = try test.signOff(teller).bytes() }
        isClosed = attempt(attempts) { try test.closeDay() } != nil
        isFinished = attempt(attempts) { try test.release() } != nil && isClosed
        test.book.close()
    }

    private func payOut(_ test: TestBook, _ teller: Principal, _ attempts: Int) {
        let serial = attempt(attempts) { try test.pending(key: "withdrawal-1", by: teller) }
        guard let serial else { return }
        attempt(attempts) { _ = try test.record(.approved(reference: "R1"), serial).bytes() }
        let answer = attempt(attempts) {
            try test.confirmCash(serial, key: "withdrawal-2", by: teller).bytes()
        }
        if answer != nil { paidOutSerial = serial }
    }

    static func pay(_ number: Int, _ test: TestBook, _ teller: Principal) throws -> [UInt8] {
        try test.payPhone(
            account: account(number), 1_000, key: "payment-\(number)", by: teller
        ).bytes()
    }

    @discardableResult
    private func attempt<T>(_ count: Int, _ body: () throws -> T) -> T? {
        for _ in 0..<count {
            do {
                return try body()
            } catch {
                errors.append("\(error)")
            }
        }
        return nil
    }
}

extension BookCopy {
    /// Makes the database what the next process finds.
    fileprivate func restart(
        _ disk: FaultyDisk, afterPowerCut isAfterPowerCut: Bool,
        _ numbers: inout SeededNumbers
    ) throws {
        let manager = FileManager.default
        // A cut before the book was opened leaves it as it was.
        let opened = Set(disk.openedPaths.map { URL(filePath: $0).lastPathComponent })
        for name in try names(in: "") where name.hasPrefix("book.db") {
            // The shared memory does not outlive the process that failed.
            if name.hasSuffix("-shm") || isAfterPowerCut && opened.contains(name) {
                try manager.removeItem(atPath: path + "/" + name)
            }
        }
        guard isAfterPowerCut else { return }
        for (name, bytes) in disk.filesAfterPowerCut(&numbers) {
            let own = path + "/" + URL(filePath: name).lastPathComponent
            try Data(bytes).write(to: URL(filePath: own))
        }
    }
}
