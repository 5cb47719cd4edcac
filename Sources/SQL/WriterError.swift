/// Why the writer did not run, or did not keep, a command.
public enum WriterError: Error, Equatable, Sendable {
    /// The queue holds its maximum; try again in a moment.
    case queueFull(maximumQueuedCommands: Int)
    /// The writer is shutting down and takes no further command.
    case stopped
    /// The batch that held the command could not be committed, and was undone.
    ///
    /// When only its sync failed and the process then ends, the batch may be whole after the next
    /// start; who repeats a command under its idempotency key learns which it was.
    case batchRolledBack(SQLError)
}

extension WriterError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .queueFull(let maximum): "the write queue holds its maximum of \(maximum) commands"
        case .stopped: "the writer has stopped"
        case .batchRolledBack(let error): "the batch was rolled back: \(error)"
        }
    }
}
