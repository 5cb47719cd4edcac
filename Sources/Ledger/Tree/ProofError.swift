import CivilTime

/// Why there is no proof; the first that applies, in the order of the cases.
public enum ProofError: Error, Equatable, Sendable {
    /// The date is open, or no date of the book.
    case notSealed(BusinessDate)
    /// No entry has this number.
    case unknownEntry(ID<JournalEntry>)
    /// The seal is older than the entry.
    case sealedBefore(ID<JournalEntry>, BusinessDate)
    /// A consistency proof leads from an earlier seal to a later one.
    case datesReversed(BusinessDate, BusinessDate)
    /// The journal or its tree was damaged: what is there does not lead to the root.
    case doesNotHold(root: String, treeSize: Int64)
}

extension ProofError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notSealed(let date): "\(date) is not a closed date"
        case .unknownEntry(let id): "there is no entry \(id)"
        case .sealedBefore(let id, let date): "\(date) was sealed before entry \(id) was recorded"
        case .datesReversed(let first, let last): "\(first) is after \(last); exchange them"
        case .doesNotHold(let root, let size):
            "the journal does not lead to its root \(root) of \(size) entries; run verify"
        }
    }
}
