/// What the writer thread owns: the one write connection and all state that follows its batches.
///
/// A session is made on the writer thread and never leaves it.
public protocol WriterSession: AnyObject, SendableMetatype {
    /// The write connection.
    var connection: Connection { get }

    /// Called before a command runs, inside its savepoint.
    func commandWillBegin()

    /// Called when a command's changes were undone; what it cached must be undone too.
    func commandDidRollBack()

    /// Called before the batch commits; writes what the commands left netted in memory.
    func batchWillCommit() throws

    /// Called after the batch was committed or undone; an undone one must leave nothing cached.
    func batchDidEnd(isCommitted: Bool)
}
