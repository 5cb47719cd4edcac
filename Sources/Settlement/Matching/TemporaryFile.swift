import Glibc

/// A file for what does not fit into the memory; it loses its name as soon as it is open.
///
/// So nothing is left of it, however the process ends. One thread appends; any may read.
final class TemporaryFile {
    private let file: FileDescriptor
    private(set) var byteCount: Int64 = 0

    init(in path: String) throws(MatchError) {
        do throws(SettlementError) {
            let folder = try FileDescriptor.folder(path)
            let name = ".agencypos-match.\(UInt64.random(in: .min ... .max))"
            file = try FileDescriptor.scratch(name, in: folder)
            try folder.remove(name)
        } catch {
            throw .temporaryFile(error)
        }
    }

    /// Appends bytes; gives the offset where they begin.
    func append(_ bytes: UnsafeRawBufferPointer) throws(MatchError) -> Int64 {
        let offset = byteCount
        do throws(SettlementError) {
            try file.write(bytes, DiskCalls())
        } catch {
            throw .temporaryFile(error)
        }
        byteCount += Int64(bytes.count)
        return offset
    }

    /// Reads bytes that were appended.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(MatchError) -> Int {
        do throws(SettlementError) {
            return try file.read(into: buffer, at: offset)
        } catch {
            throw .temporaryFile(error)
        }
    }
}
