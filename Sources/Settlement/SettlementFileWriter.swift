import Cryptography

/// Writes one settlement file under a temporary name, line by line, with a buffer of fixed size.
///
/// The order of calls is `init`, ``append(_:)`` for each detail, ``finish()``, and then
/// ``SettlementCandidate/release()`` of what it returned. Whatever is given up on the way, by an
/// error or by letting go of the writer, leaves nothing in the folder but what a killed process
/// leaves; ``SettlementFolder/removeTemporaries(in:)`` clears that. An instance belongs to one
/// thread at a time, and a folder to one process.
public final class SettlementFileWriter {
    private enum State {
        case open
        case failed(SettlementError)
        case finished
    }

    public let name: SettlementFileName
    /// Counts, sums and net of the lines so far.
    public private(set) var totals = SettlementTotals()

    private let access: SettlementAccess
    private let files: TemporaryFiles
    private let file: FileDescriptor
    private let hash = SHA256()
    private let code: HMACSHA256
    private let disk: DiskCalls
    private var encoder = LineEncoder(
        capacityBytes: FileScanner.bufferByteCount + RecordLine.maximumByteCount)
    private var byteCount: Int64 = 0
    private var state = State.open

    /// Creates the temporary file and takes down the header.
    ///
    /// - Parameters:
    ///   - folder: The path of the partner's folder, which must exist.
    ///   - key: The key that the header's key id names.
    ///   - access: Who may read the file and its sidecar.
    /// - Throws: ``SettlementError`` for a header that no file can have, or from the system.
    public convenience init(
        folder: String, header: SettlementHeader, key: SymmetricKey,
        access: SettlementAccess = .group
    ) throws(SettlementError) {
        try self.init(
            folder: folder, header: header, key: key, access: access, disk: DiskCalls())
    }

    init(
        folder: String, header: SettlementHeader, key: SymmetricKey,
        access: SettlementAccess = .group, disk: DiskCalls
    ) throws(SettlementError) {
        self.access = access
        name = try SettlementFileName(header)
        files = TemporaryFiles(name: name, folder: try .folder(folder))
        file = try .new(files.file, in: files.folder, access: access)
        code = HMACSHA256(key: key)
        self.disk = disk
        encoder.append(header)
    }

    deinit {
        switch state {
        case .open, .failed: files.remove()
        case .finished: break
        }
    }

    /// Writes the next detail line.
    ///
    /// - Throws: ``SettlementError``; a refused detail leaves no trace, and the next may follow,
    ///   but after a failure of the system every further call throws that failure again.
    public func append(_ detail: SettlementDetail) throws(SettlementError) {
        try requireOpen()
        let number = totals.detailCount + 1
        // The header is line 1.
        guard number <= SettlementDetail.maximumCount else {
            throw .detailCountExceeded(line: number + 1, limit: SettlementDetail.maximumCount)
        }
        try detail.check(line: number + 1)
        totals.add(detail)
        encoder.append(detail, number: number)
        if encoder.bytes.count >= FileScanner.bufferByteCount { try flush() }
    }

    /// Writes subtotals, trailer and sidecar, and waits until the disk has them.
    ///
    /// - Returns: The complete file, not yet visible: compare its totals with the ledger's
    ///   movement, then release or discard it.
    /// - Throws: ``SettlementError`` from the system.
    public func finish() throws(SettlementError) -> SettlementCandidate {
        try requireOpen()
        encoder.append(totals)
        try flush()
        let code = code.finalize()
        do throws(SettlementError) {
            try file.synchronize(disk)
            try files.write(sidecar: code, access: access, disk)
        } catch {
            throw fail(error)
        }
        state = .finished
        let contents = FileContents(digest: hash.finalize(), byteCount: byteCount)
        return SettlementCandidate(
            HiddenPair(files: files, code: code, contents: contents, disk: disk), totals: totals)
    }

    /// Gives the file up and removes it; the writer cannot be used afterwards.
    public func discard() {
        switch state {
        case .open, .failed:
            files.remove()
            state = .finished
        case .finished: break
        }
    }

    private func requireOpen() throws(SettlementError) {
        switch state {
        case .open: break
        case .failed(let error): throw error
        case .finished: preconditionFailure("the file is finished already")
        }
    }

    private func flush() throws(SettlementError) {
        do throws(SettlementError) {
            try file.writeAll(encoder.bytes, disk)
        } catch {
            throw fail(error)
        }
        hash.update(encoder.bytes)
        code.update(encoder.bytes)
        byteCount += Int64(encoder.bytes.count)
        encoder.removeAll()
    }

    private func fail(_ error: SettlementError) -> SettlementError {
        state = .failed(error)
        files.remove()
        return error
    }
}
