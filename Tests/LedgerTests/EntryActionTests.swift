import CivilTime
import Ledger
import Testing

/// What can be done to an entry, by its phase and by what was done to it before.
@Suite("An entry can be acted on")
struct EntryActionTests {
    /// Every way that an entry can stand.
    enum State: CaseIterable, Sendable {
        case unknown
        case posted, postedReversed
        case pending, pendingExpired, pendingPosted, pendingPartlyPosted, pendingVoided
        case pendingVoidedByExpiry
        case posting, postingReversed
        case void
        case reversal
    }

    enum Action: CaseIterable, Sendable {
        case post, void, reverse
    }

    /// What must come of an action; an ended entry is told with the entry that ended it.
    private func refusal(
        _ action: Action, _ state: State, _ id: ID<JournalEntry>, by end: ID<JournalEntry>
    ) -> LedgerError? {
        switch (action, state) {
        case (_, .unknown): .unknownEntry(id)
        case (.post, .pending), (.void, .pending), (.void, .pendingExpired): nil
        case (.post, .pendingExpired): .pendingExpired(id, Self.end)
        case (.post, .pendingPosted), (.post, .pendingPartlyPosted), (.post, .pendingVoided),
            (.post, .pendingVoidedByExpiry), (.void, .pendingPosted),
            (.void, .pendingPartlyPosted), (.void, .pendingVoided),
            (.void, .pendingVoidedByExpiry):
            .alreadyResolved(id, by: end)
        case (.post, .posted), (.post, .postedReversed), (.post, .posting),
            (.post, .postingReversed), (.post, .void), (.post, .reversal), (.void, .posted),
            (.void, .postedReversed), (.void, .posting), (.void, .postingReversed),
            (.void, .void), (.void, .reversal):
            .notPending(id)
        case (.reverse, .posted), (.reverse, .posting): nil
        case (.reverse, .postedReversed), (.reverse, .postingReversed): .alreadyReversed(id)
        case (.reverse, .pending), (.reverse, .pendingExpired), (.reverse, .pendingPosted),
            (.reverse, .pendingPartlyPosted), (.reverse, .pendingVoided),
            (.reverse, .pendingVoidedByExpiry), (.reverse, .void):
            .notPosted(id)
        case (.reverse, .reversal): .isReversal(id)
        }
    }

    private static let (till, debt) = (ID<Account>(1), ID<Account>(2))
    private static let now = TestBook.instant
    private static let end = now.adding(milliseconds: 1_000)
    private static let pair: [Posting] = [.debit(till, 50), .credit(debt, 50)]
    private static let part: [Posting] = [.debit(till, 20), .credit(debt, 20)]

    /// Makes an entry that stands so, and gives the last entry, which may have ended it.
    private func make(
        _ state: State, _ journal: Journal
    ) throws -> (id: ID<JournalEntry>, end: ID<JournalEntry>) {
        let entry = TestBook.entry(Self.pair)
        let pend = { try journal.pend(entry, expiresAt: Self.end, at: Self.now).id }
        let (id, end): (ID<JournalEntry>, ID<JournalEntry>)
        switch state {
        case .unknown: (id, end) = (ID(9_999), ID(0))
        case .posted:
            id = try journal.post(entry, at: Self.now).id
            end = id
        case .postedReversed:
            id = try journal.post(entry, at: Self.now).id
            end = try journal.reverse(id, narrative: "", at: Self.now).id
        case .pending, .pendingExpired:
            id = try pend()
            end = id
        case .pendingPosted, .posting, .postingReversed, .pendingPartlyPosted:
            let part = state == .pendingPosted ? nil : Self.part
            let pending = try pend()
            let posting = try journal.postPending(pending, postings: part, at: Self.now).id
            let isPosting = state == .posting || state == .postingReversed
            id = isPosting ? posting : pending
            end =
                state == .postingReversed
                ? try journal.reverse(posting, narrative: "", at: Self.now).id : posting
        case .pendingVoided:
            id = try pend()
            end = try journal.void(id, narrative: "", at: Self.now).id
        case .pendingVoidedByExpiry:
            id = try pend()
            end = try #require(try journal.voidExpired(at: Self.end).last?.id)
        case .void:
            id = try journal.void(try pend(), narrative: "", at: Self.now).id
            end = id
        case .reversal:
            id = try journal.reverse(
                try journal.post(entry, at: Self.now).id, narrative: "", at: Self.now
            ).id
            end = id
        }
        return (id, end)
    }

    @Test(
        "as the table says, in the batch that made it and in a later one", arguments: [true, false])
    func table(isSameBatch: Bool) throws {
        let book = try TestBook()
        try book.openFirstDate()
        _ = try book.openAccount("1001")
        _ = try book.openAccount("2202", .liability)
        for state in State.allCases {
            for action in Action.allCases {
                try expect(action, state, book, isSameBatch: isSameBatch)
            }
        }
        #expect(try book.reader.trialBalance().isBalanced)
    }

    private func expect(
        _ action: Action, _ state: State, _ book: TestBook, isSameBatch: Bool
    ) throws {
        var made: (id: ID<JournalEntry>, end: ID<JournalEntry>) = (ID(0), ID(0))
        let act = { (journal: Journal) throws -> PostedEntry in
            let instant = state == .pendingExpired ? Self.end : Self.now
            return switch action {
            case .post: try journal.postPending(made.id, at: instant)
            case .void: try journal.void(made.id, narrative: "", at: instant)
            case .reverse: try journal.reverse(made.id, narrative: "", at: instant)
            }
        }
        let outcome: Result<PostedEntry, any Error>
        if isSameBatch {
            outcome = try book.write { journal in
                made = try make(state, journal)
                return Result { try act(journal) }
            }
        } else {
            try book.write { made = try make(state, $0) }
            outcome = Result { try book.write(act) }
        }
        let refusal = refusal(action, state, made.id, by: made.end)
        switch outcome {
        case .success(let posted):
            #expect(refusal == nil, "\(action) of \(state)")
            #expect(try book.reader.entry(posted.id)?.original?.id == made.id)
            #expect(try book.reader.entry(made.id)?.actedOnBy == posted.id)
        case .failure(let error):
            #expect(error as? LedgerError == refusal, "\(action) of \(state)")
        }
    }
}
