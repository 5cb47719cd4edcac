import Cryptography

/// A file and its sidecar, complete on the disk, that are still hidden under temporary names.
struct HiddenPair {
    let files: TemporaryFiles
    /// The code in the sidecar.
    let code: MessageAuthenticationCode
    let contents: FileContents
    let disk: DiskCalls

    private var name: SettlementFileName { files.name }

    /// Gives the files their names: first the sidecar, then the file, then the folder to disk.
    ///
    /// - Throws: ``SettlementError/releasedFileDiffers(name:)`` or
    ///   ``SettlementError/releasedSidecarDiffers(name:)``, which leave the folder as it was, or
    ///   a failure of the system, after which it may be tried again.
    func release() throws(SettlementError) -> SettlementCandidate.Outcome {
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
        return hasFile ? .releasedBefore : .released
    }

    private func isFileReleased() throws(SettlementError) -> Bool {
        guard let existing = try FileDescriptor.existing(name.text, in: files.folder) else {
            return false
        }
        guard try existing.byteCount() == contents.byteCount,
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

extension HiddenPair {
    /// Writes a file that is in memory, and its sidecar.
    ///
    /// - Throws: ``SettlementError`` from the system; then nothing is left.
    init(
        writing bytes: [UInt8], code: MessageAuthenticationCode, as name: SettlementFileName,
        in folder: FileDescriptor, access: SettlementAccess, disk: DiskCalls
    ) throws(SettlementError) {
        let files = TemporaryFiles(name: name, folder: folder)
        do throws(SettlementError) {
            let file = try FileDescriptor.new(files.file, in: folder, access: access)
            try file.writeAll(bytes, disk)
            try file.synchronize(disk)
            try files.write(sidecar: code, access: access, disk)
        } catch {
            files.remove()
            throw error
        }
        self.init(
            files: files, code: code,
            contents: FileContents(digest: SHA256.hash(bytes), byteCount: Int64(bytes.count)),
            disk: disk)
    }

    /// Copies a file and its sidecar from one folder into another.
    ///
    /// - Throws: ``SettlementError`` for what is missing or malformed, or from the system; then
    ///   nothing is left.
    init(
        copying name: SettlementFileName, from source: FileDescriptor,
        to folder: FileDescriptor, access: SettlementAccess, disk: DiskCalls
    ) throws(SettlementError) {
        let file = try FileDescriptor.required(name.text, in: source)
        let code = try SettlementSidecar.read(of: name, in: source)
        let files = TemporaryFiles(name: name, folder: folder)
        let contents: FileContents
        do throws(SettlementError) {
            let copy = try FileDescriptor.new(files.file, in: folder, access: access)
            contents = try FileScanner.contents(of: file, copyingTo: copy, disk)
            try copy.synchronize(disk)
            try files.write(sidecar: code, access: access, disk)
        } catch {
            files.remove()
            throw error
        }
        self.init(files: files, code: code, contents: contents, disk: disk)
    }
}

extension TemporaryFiles {
    /// Writes the sidecar under its temporary name, and waits until the disk has it.
    func write(
        sidecar code: MessageAuthenticationCode, access: SettlementAccess, _ disk: DiskCalls
    ) throws(SettlementError) {
        let file = try FileDescriptor.new(sidecar, in: folder, access: access)
        try file.writeAll(Array(SettlementSidecar.text(code, of: name).utf8), disk)
        try file.synchronize(disk)
    }
}
