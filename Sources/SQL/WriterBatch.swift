import CSQLite

/// Runs batches of commands on a session: begin, one savepoint each, commit, then completions.
struct WriterBatch<Session: WriterSession> {
    private let session: Session
    private let limits: WriterLimits
    private var completions: [Completion] = []
    private var hooks = CompletionHooks()
    /// How long the log was when it was last copied.
    private var checkpointedPages = 0

    /// What to tell the submitter once the fate of the batch is known.
    private struct Completion {
        let succeed: @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    init(session: Session, limits: WriterLimits) {
        self.session = session
        self.limits = limits
    }

    /// Runs the commands and commits what they did; tells each submitter afterwards.
    mutating func execute(
        _ commands: ArraySlice<Command<Session>>, hooks: CompletionHooks
    ) {
        self.hooks = hooks
        var rest = commands
        // SQLite ends a whole transaction on a full disk: what was not yet run gets a new one.
        while !rest.isEmpty { rest = executeOneTransaction(rest) }
        checkpointIfDue()
    }

    /// Empties the write-ahead log at shut-down, as far as readers allow.
    func finish() {
        do {
            try session.connection.checkpoint(truncating: true)
        } catch {
            // A reader still holds the log. It is durable as it is, and the next start copies it.
        }
    }

    private mutating func executeOneTransaction(
        _ commands: ArraySlice<Command<Session>>
    ) -> ArraySlice<Command<Session>> {
        completions.removeAll(keepingCapacity: true)
        var rest = commands
        do {
            try session.connection.prepare("BEGIN IMMEDIATE").run()
            while let command = rest.popFirst() {
                try runInSavepoint(command)
            }
            try session.batchWillCommit()
            try session.connection.prepare("COMMIT").run()
        } catch {
            abandon(error)
            // When not even a transaction can begin, every command gets the error.
            let unrun = rest.count == commands.count ? rest : []
            for command in unrun { command.fail(wrapped(error)) }
            return unrun.isEmpty ? rest : []
        }
        session.batchDidEnd(isCommitted: true)
        hooks.begin()
        for completion in completions { completion.succeed() }
        hooks.end()
        return rest
    }

    /// Runs one command; throws only when the whole transaction is lost.
    private mutating func runInSavepoint(_ command: Command<Session>) throws {
        let connection = session.connection
        // Until the batch's fate is known a command that was begun is answered with it.
        completions.append(Completion(succeed: {}, fail: command.fail))
        let current = completions.count - 1
        try connection.prepare("SAVEPOINT command").run()
        session.commandWillBegin()
        do {
            let succeed = try command.run(session)
            try connection.prepare("RELEASE command").run()
            completions[current] = Completion(succeed: succeed, fail: command.fail)
        } catch {
            session.commandDidRollBack()
            guard connection.isInTransaction else { throw error }
            try connection.prepare("ROLLBACK TO command").run()
            try connection.prepare("RELEASE command").run()
            let fail = command.fail
            completions[current] = Completion(succeed: { fail(error) }, fail: fail)
        }
    }

    private mutating func abandon(_ error: any Error) {
        do {
            try session.connection.rollBack()
        } catch {
            // The connection is left in its transaction, and the next BEGIN reports it.
        }
        session.batchDidEnd(isCommitted: false)
        for completion in completions { completion.fail(wrapped(error)) }
        completions.removeAll(keepingCapacity: true)
    }

    // The other commands of the batch must never be told of one command's own refusal.
    private func wrapped(_ error: any Error) -> any Error {
        WriterError.batchRolledBack(
            error as? SQLError
                ?? SQLError(
                    code: SQLITE_ABORT, extendedCode: SQLITE_ABORT | (2 << 8),
                    message: "the transaction was lost to an error of type \(type(of: error))",
                    sql: "COMMIT"))
    }

    private mutating func checkpointIfDue() {
        let pages = session.connection.logPages
        // A log that was started afresh counts from its beginning again.
        if pages < checkpointedPages { checkpointedPages = 0 }
        // While a reader keeps the log from starting afresh it is copied piece by piece.
        guard pages >= checkpointedPages + limits.checkpointPages else { return }
        do {
            try session.connection.checkpoint()
            checkpointedPages = pages
        } catch {
            // Nothing is lost: the log keeps the pages, and the next batch tries again.
        }
    }
}
