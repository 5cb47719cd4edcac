import Cryptography

/// A complete, synchronised settlement file that is still hidden under its temporary name.
///
/// Letting go of it without ``release()`` discards it.
public final class SettlementCandidate {
    /// What ``release()`` found.
    public enum Outcome: Hashable, Sendable {
        /// The file is in the folder for the first time.
        case released
        /// The same bytes had been released before; they were left as they are.
        case releasedBefore
    }

    private enum State {
        case hidden
        case released(Outcome)
        case discarded
    }

    public let totals: SettlementTotals
    /// The code in the sidecar.
    public var code: MessageAuthenticationCode { pair.code }
    /// SHA-256 of the file's bytes, for the header of the next file.
    public var digest: SHA256Digest { pair.contents.digest }
    public var byteCount: Int64 { pair.contents.byteCount }
    public var name: SettlementFileName { pair.files.name }

    private let pair: HiddenPair
    private var state = State.hidden

    init(_ pair: HiddenPair, totals: SettlementTotals) {
        self.pair = pair
        self.totals = totals
    }

    deinit {
        discard()
    }

    /// Gives the files their names: first the sidecar, then the file, then the folder to disk.
    ///
    /// So whoever sees a `.txt` finds its sidecar complete. A process killed in between leaves a
    /// sidecar without a file, which releasing the same bytes again completes.
    ///
    /// - Throws: ``SettlementError/releasedFileDiffers(name:)`` or
    ///   ``SettlementError/releasedSidecarDiffers(name:)``, which leave the folder as it was, or
    ///   a failure of the system, after which it may be tried again.
    @discardableResult
    public func release() throws(SettlementError) -> Outcome {
        switch state {
        case .released(let outcome): return outcome
        case .discarded: preconditionFailure("a discarded file cannot be released")
        case .hidden: break
        }
        let outcome = try pair.release()
        state = .released(outcome)
        return outcome
    }

    /// Removes the hidden files; a released file stays.
    public func discard() {
        switch state {
        case .released, .discarded: break
        case .hidden:
            pair.files.remove()
            state = .discarded
        }
    }
}
