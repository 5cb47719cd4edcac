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
    public let code: MessageAuthenticationCode
    /// SHA-256 of the file's bytes, for the header of the next file.
    public var digest: SHA256Digest { contents.digest }
    public var byteCount: Int64 { contents.byteCount }
    public var name: SettlementFileName { files.name }

    private let files: TemporaryFiles
    private let contents: FileContents
    private let disk: DiskCalls
    private var state = State.hidden

    init(
        files: TemporaryFiles, totals: SettlementTotals, code: MessageAuthenticationCode,
        contents: FileContents, disk: DiskCalls
    ) {
        self.files = files
        self.totals = totals
        self.code = code
        self.contents = contents
        self.disk = disk
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
        let hasFile = try isFileReleased()
        let hasSidecar = try isSidecarReleased()
        if !hasSidecar { try files.folder.rename(files.sidecar, to: name.sidecarText) }
        if !hasFile {
            // Both names must not reach the disk in the wrong order.
            try files.folder.synchronize(disk)
            try files.folder.rename(files.file, to: name.text)
        }
        try files.folder.synchronize(disk)
        files.remove()
        let outcome = hasFile ? Outcome.releasedBefore : .released
        state = .released(outcome)
        return outcome
    }

    /// Removes the hidden files; a released file stays.
    public func discard() {
        switch state {
        case .released, .discarded: break
        case .hidden:
            files.remove()
            state = .discarded
        }
    }

    private func isFileReleased() throws(SettlementError) -> Bool {
        guard let existing = try FileDescriptor.existing(name.text, in: files.folder) else {
            return false
        }
        guard try existing.byteCount() == byteCount,
            try FileScanner.contents(of: existing) == contents
        else { throw .releasedFileDiffers(name: name.text) }
        return true
    }

    private func isSidecarReleased() throws(SettlementError) -> Bool {
        guard let existing = try FileDescriptor.existing(name.sidecarText, in: files.folder)
        else { return false }
        let expected = Array(SettlementSidecar.text(code, of: name).utf8)
        guard try existing.readAll(limit: SettlementSidecar.maximumByteCount) == expected else {
            throw .releasedSidecarDiffers(name: name.sidecarText)
        }
        return true
    }
}
