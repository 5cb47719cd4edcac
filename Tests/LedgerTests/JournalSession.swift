import Ledger
import SQL

/// A writer's session that keeps a journal, as the server's does.
final class JournalSession: WriterSession {
    let connection: Connection
    let journal: Journal

    init(path: String) throws {
        connection = try Connection(path: path, access: .write)
        journal = Journal(connection: connection)
    }

    func commandWillBegin() { journal.commandWillBegin() }
    func commandDidRollBack() { journal.commandDidRollBack() }
    func batchWillCommit() throws { try journal.batchWillCommit() }
    func batchDidEnd(isCommitted: Bool) { journal.batchDidEnd(isCommitted: isCommitted) }
}
