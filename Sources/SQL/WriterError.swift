/// Why the writer did not run, or did not keep, a command.
public enum WriterError: Error, Equatable, Sendable {
    /// The queue holds its maximum; try again in a moment.
    case queueFull(maximumQueuedCommands: Int)
    /// The writer is shutting down and takes no further command.
    case stopped
    /// The batch that held the command could not be committed; nothing of it was kept.
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
