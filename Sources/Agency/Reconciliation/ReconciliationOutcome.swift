import Settlement

/// A difference that is about to become an exception.
struct NewException: Sendable {
    let exceptionClass: ExceptionClass
    let basis: MatchBasis?
    let ours: ExceptionLine?
    let theirs: ExceptionLine?
    let differenceFen: Int64
    let explanation: String

    /// The number that it goes by.
    var serial: String {
        let lines = [ours?.line, theirs?.line].compactMap { $0 }
        return lines.map(\.serial).first { !$0.isEmpty }
            ?? lines.map(\.partnerReference).first { !$0.isEmpty } ?? ""
    }
}

/// What a partner's file and our dates gave when they were compared.
struct ReconciliationOutcome: Sendable {
    enum Fate: Sendable {
        /// Its counterpart came, and agrees.
        case cleared
        /// The partner took its line back by another one, to the fen.
        case takenBack(lineNumber: Int)
        /// Its counterpart came and differs: a new exception goes on with both.
        case continued
        /// Still without counterpart.
        case open
    }

    let file: DuePartnerFile
    /// The most exceptions that were looked for.
    let maximumCarried: Int
    var ourCount: Int64 = 0
    var ourNetFen: Int64 = 0
    var matchedCount: Int64 = 0
    /// Whether the lines were compared; not when there were too many differences.
    var isCompared = true
    var exceptions: [NewException] = []
    /// What became of each carried exception.
    var carried: [(exception: CarriedException, fate: Fate)] = []
}
