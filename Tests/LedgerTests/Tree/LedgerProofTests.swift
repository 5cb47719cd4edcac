import CivilTime
import Cryptography
import SQL
import StrictJSON
import Testing

@testable import Ledger

@Suite("Proofs from a book")
struct LedgerProofTests {
    private static let first = TestBook.firstDate
    private static let second = TestBook.firstDate.adding(days: 1)
    private static let third = TestBook.firstDate.adding(days: 2)
    private static let open = TestBook.firstDate.adding(days: 3)

    /// Three sealed dates of 300, 0 and 400 entries in batches of 7, and an open one with an entry
    /// of each phase: 701 to 705.
    private struct LongBook {
        let book: TestBook
        let postings: [Posting]

        init() throws {
            book = try TestBook()
            try book.openFirstDate()
            let cash = try book.openAccount("1001.S0001-C1")
            let payable = try book.openAccount("2202.W001", .liability)
            postings = [.debit(cash, 500), .credit(payable, 500)]
            try post(300)
            try book.turnDay()
            try book.turnDay()
            try post(400)
            try book.turnDay()
            let now = TestBook.instant
            let entry = TestBook.entry(postings, narrative: "取款")
            let part: [Posting] = [.debit(cash, 300), .credit(payable, 300)]
            try book.write { journal in
                let pending = try journal.pend(
                    entry, expiresAt: now.adding(milliseconds: 60_000), at: now)
                let other = try journal.pend(entry, expiresAt: nil, at: now)
                _ = try journal.postPending(pending.id, postings: part, at: now)
                _ = try journal.void(other.id, narrative: "", at: now)
                _ = try journal.reverse(ID(1), narrative: "undo", at: now)
            }
        }

        private func post(_ count: Int) throws {
            for start in stride(from: 0, to: count, by: 7) {
                try book.write { journal in
                    for number in start..<min(start + 7, count) {
                        _ = try journal.post(
                            TestBook.entry(postings, narrative: "entry \(number)"),
                            at: TestBook.instant)
                    }
                }
            }
        }
    }

    /// Leaf and root from the proof's own JSON, by nothing but the vectors' reader.
    private func check(_ proof: EntryProof) throws {
        let hasher = MerkleHasher()
        #expect(proof.proof.leafIndex == proof.entry.entry.number - 1)
        #expect(proof.proof.treeSize == proof.head.size)
        #expect(proof.proof.proves(proof.leaf, isIn: proof.head.root, hasher))
        var encoder = EntryEncoder()
        #expect(proof.entry.leaf(&encoder, hasher) == proof.leaf)
    }

    @Test("an entry is proved against the seal of its own date, or a later one that is named")
    func sealed() throws {
        let reader = try LongBook().book.reader
        let seals = try reader.seals()
        #expect(seals.map(\.treeSize) == [300, 300, 700])
        for number: Int64 in [1, 2, 255, 256, 257, 299, 300] {
            let proof = try reader.proof(of: ID(number))
            #expect(proof.head.businessDate == Self.first)
            #expect(proof.head.size == 300)
            #expect(proof.head.root.hex == seals[0].treeRoot)
            try check(proof)
            for (date, seal) in zip([Self.second, Self.third], seals.dropFirst()) {
                let later = try reader.proof(of: ID(number), sealedOn: date)
                #expect(later.head.businessDate == date)
                #expect(later.head.root.hex == seal.treeRoot)
                try check(later)
            }
        }
        for number: Int64 in [301, 512, 513, 700] {
            let proof = try reader.proof(of: ID(number))
            #expect(proof.head.businessDate == Self.third)
            try check(proof)
        }
    }

    @Test("an entry of the open date is proved against the newest root, whatever its phase")
    func unsealed() throws {
        let reader = try LongBook().book.reader
        let head = try #require(try reader.latestHead())
        #expect(head.size == 705)
        for (number, phase) in zip(701...705, [1, 1, 2, 3, 4]) {
            let proof = try reader.proof(of: ID(Int64(number)))
            #expect(proof.head == head && head.businessDate == nil)
            #expect(proof.entry.phase == Int64(phase))
            try check(proof)
        }
        let pending = try reader.proof(of: ID(701)).entry
        #expect(pending.narrative == "取款")
        #expect(pending.expiresAt == TestBook.instant.adding(milliseconds: 60_000))
        #expect(pending.lines.map(\.amount) == [500, -500])
        let part = try reader.proof(of: ID(703)).entry
        #expect(part.original == ID(701) && part.originalDate == Self.open)
        #expect(part.lines.map(\.account) == ["1001.S0001-C1", "2202.W001"])
        #expect(part.lines.map(\.amount) == [300, -300])
        #expect(try reader.proof(of: ID(704)).entry.lines.isEmpty)
        #expect(try reader.proof(of: ID(705)).entry.originalDate == Self.first)
    }

    @Test("each seal continues each earlier one")
    func consistency() throws {
        let reader = try LongBook().book.reader
        let dates = [Self.first, Self.second, Self.third]
        for (index, first) in dates.enumerated() {
            for last in dates[index...] {
                let proof = try reader.consistencyProof(from: first, to: last)
                #expect(proof.earlier.businessDate == first && proof.later.businessDate == last)
                #expect(
                    proof.proof.proves(
                        proof.earlier.root, isStartOf: proof.later.root, MerkleHasher()))
            }
        }
        #expect(try !reader.consistencyProof(from: Self.first, to: Self.third).proof.path.isEmpty)
    }

    @Test("a date sealed before the first entry is the start of all")
    func emptyStart() throws {
        let book = try TestBook()
        try book.openFirstDate()
        let cash = try book.openAccount("1001.A")
        let other = try book.openAccount("2202.B", .liability)
        #expect(try book.reader.latestHead() == nil)
        try book.turnDay()
        try book.post(.debit(cash, 1), .credit(other, 1))
        try book.turnDay()
        let proof = try book.reader.consistencyProof(from: Self.first, to: Self.second)
        #expect(proof.earlier.size == 0 && proof.later.size == 1)
        #expect(proof.earlier.root == MerkleHasher.emptyRoot)
        let single = try book.reader.proof(of: ID(1))
        #expect(single.proof.path.isEmpty && single.leaf == single.head.root)
        #expect(throws: ProofError.sealedBefore(ID(1), Self.first)) {
            try book.reader.proof(of: ID(1), sealedOn: Self.first)
        }
    }

    @Test("what cannot be proved is refused, and why")
    func refusals() throws {
        let reader = try LongBook().book.reader
        #expect(throws: ProofError.unknownEntry(ID(706))) { try reader.proof(of: ID(706)) }
        #expect(throws: ProofError.unknownEntry(ID(0))) { try reader.proof(of: ID(0)) }
        #expect(throws: ProofError.notSealed(Self.open)) {
            try reader.proof(of: ID(1), sealedOn: Self.open)
        }
        #expect(throws: ProofError.sealedBefore(ID(301), Self.second)) {
            try reader.proof(of: ID(301), sealedOn: Self.second)
        }
        #expect(throws: ProofError.notSealed(Self.open)) {
            try reader.consistencyProof(from: Self.first, to: Self.open)
        }
        #expect(throws: ProofError.datesReversed(Self.third, Self.first)) {
            try reader.consistencyProof(from: Self.third, to: Self.first)
        }
    }

    static let damages = [
        "UPDATE journal_entry SET narrative = 'entry x' WHERE entry_id = 20",
        "UPDATE journal_entry SET recorded_at = recorded_at + 1 WHERE entry_id = 20",
        "UPDATE posting SET amount = -amount WHERE entry_id = 20",
        "UPDATE ledger_account SET code = '1001.S0001-C2' WHERE code = '1001.S0001-C1'",
        "DELETE FROM journal_entry WHERE entry_id = 20",
        "DELETE FROM posting WHERE entry_id = 20 AND line = 2",
        "INSERT INTO pending_entry VALUES (20, 5, NULL)",
        "UPDATE business_date SET tree_root = replace(tree_root, substr(tree_root, 1, 2), 'zz')",
        "UPDATE business_date SET tree_size = tree_size - 1 WHERE tree_size = 300",
    ]

    @Test("a damaged book gives no proof", arguments: damages)
    func damaged(sql: String) throws {
        let book = try LongBook().book
        // Entry 19 is sound itself, and its path leads past the damage.
        try Self.damage(book, sql)
        #expect("\(sql)") {
            try book.reader.proof(of: ID(19))
        } throws: { error in
            guard case ProofError.doesNotHold = error else { return false }
            return true
        }
    }

    @Test(
        "a kept node that is missing or wrong gives no proof",
        arguments: [
            "DELETE FROM tree_node", "UPDATE tree_node SET digest = zeroblob(32)",
            "UPDATE tree_node SET digest = zeroblob(31)",
        ])
    func damagedNodes(sql: String) throws {
        let book = try LongBook().book
        try Self.damage(book, sql)
        #expect("\(sql)") {
            try book.reader.consistencyProof(from: Self.first, to: Self.third)
        } throws: { error in
            guard case ProofError.doesNotHold = error else { return false }
            return true
        }
    }

    @Test("a seal of a negative size gives no proof")
    func negativeSize() throws {
        let book = try LongBook().book
        try Self.damage(book, "UPDATE business_date SET tree_size = -1 WHERE state = 'sealed'")
        #expect("the first and the last are of that size") {
            try book.reader.consistencyProof(from: Self.first, to: Self.third)
        } throws: { error in
            guard case ProofError.doesNotHold(_, -1) = error else { return false }
            return true
        }
    }

    private static func damage(_ book: TestBook, _ sql: String) throws {
        let raw = try Connection(path: book.path, access: .write)
        try raw.execute(script: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        let triggers = try raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .all { $0.text(0) }
        for trigger in triggers { try raw.execute(script: "DROP TRIGGER \(trigger)") }
        try raw.execute(script: sql)
    }
}
