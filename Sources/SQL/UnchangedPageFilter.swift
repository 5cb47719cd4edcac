import CSQLite
import Foundation

/// Stands before the file of a copy and keeps SQLite from writing what the file already holds.
///
/// SQLite's backup writes every page. Here each write is compared with the bytes that are there,
/// so that a file which was copied before is only written where it changed.
///
/// The library's table of file methods is copied, with our `xWrite` in it, and put in place of
/// its own for this one open file. Both types are part of SQLite's public interface.
final class UnchangedPageFilter {
    /// The largest page that SQLite has.
    private static let maximumPageBytes = 65_536
    /// Where a database's header says how it is written and read: 1 for journal, 2 for log.
    private static let formatBytes = 18..<20
    private static let headerBytes = 100

    /// The table that SQLite sees, followed by what our `xWrite` needs.
    private struct Table {
        var methods: sqlite3_io_methods
        let original: UnsafePointer<sqlite3_io_methods>
        let outgoing: UnsafeMutableRawPointer
        let present: UnsafeMutableRawPointer
        /// The size of pages that get their checksum, or 0.
        let checkedPageBytes: Int
        var writtenPages: Int64 = 0
        var unstampedPages: [Int] = []
    }

    private let table: UnsafeMutablePointer<Table>
    private let buffers: UnsafeMutableRawPointer

    /// Pages that differed from what the file held, or lay past its end.
    var writtenPages: Int64 { table.pointee.writtenPages }

    /// Pages that came without their right checksum: from the source's log, or damaged.
    var unstampedPages: [Int] { table.pointee.unstampedPages }

    /// Puts itself before the file of a connection, which must end before this value does.
    ///
    /// - Parameter layout: the source's; when its pages hold checksums, the copy's do.
    init(_ connection: OpaquePointer, layout: PageLayout?) throws {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let result = sqlite3_file_control(
            connection, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard result == SQLITE_OK, let file, let original = file.pointee.pMethods else {
            throw SQLError(connection: connection, result: result, sql: "file pointer")
        }
        precondition(MemoryLayout<Table>.offset(of: \.methods) == 0, "SQLite reads its own part")
        buffers = .allocate(byteCount: 2 * Self.maximumPageBytes, alignment: 16)
        table = .allocate(capacity: 1)
        table.initialize(
            to: Table(
                methods: original.pointee, original: original, outgoing: buffers,
                present: buffers + Self.maximumPageBytes,
                checkedPageBytes: layout.map { $0.hasChecksums ? $0.pageBytes : 0 } ?? 0))
        table.pointee.methods.xWrite = { file, bytes, count, offset in
            UnchangedPageFilter.write(file, bytes, Int(count), offset)
        }
        file.pointee.pMethods = UnsafeRawPointer(table)
            .assumingMemoryBound(to: sqlite3_io_methods.self)
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
        buffers.deallocate()
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int,
        _ offset: Int64
    ) -> Int32 {
        guard let file, let bytes, let methods = file.pointee.pMethods, count <= maximumPageBytes
        else { return SQLITE_MISUSE }
        let table = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(methods))
            .assumingMemoryBound(to: Table.self)
        let original = table.pointee.original.pointee
        guard let read = original.xRead, let write = original.xWrite else { return SQLITE_MISUSE }
        let (outgoing, present) = (table.pointee.outgoing, table.pointee.present)
        outgoing.copyMemory(from: bytes, byteCount: count)
        if offset == 0, count >= headerBytes {
            // A copy of a book in use would ask for a log beside it; a copy is whole by itself.
            for byte in formatBytes {
                outgoing.storeBytes(of: 1, toByteOffset: byte, as: UInt8.self)
            }
        }
        if count == table.pointee.checkedPageBytes, offset % Int64(count) == 0 {
            let page = UnsafeMutableRawBufferPointer(start: outgoing, count: count)
            let number = Int(offset / Int64(count)) + 1
            if !stamp(page, number) { table.pointee.unstampedPages.append(number) }
        }
        // A read past the end of the file gives another result.
        if read(file, present, Int32(count), offset) == SQLITE_OK,
            memcmp(outgoing, present, count) == 0
        {
            return SQLITE_OK
        }
        table.pointee.writtenPages += 1
        return write(file, outgoing, Int32(count), offset)
    }
    /// Gives a page its checksum; false when it had another.
    ///
    /// What is copied may come from the log, whose pages do not have theirs yet.
    private static func stamp(_ page: UnsafeMutableRawBufferPointer, _ number: Int) -> Bool {
        let found = PageChecksum.stored(in: UnsafeRawBufferPointer(page))
        PageChecksum.stamp(page, number: UInt32(number))
        return PageChecksum.stored(in: UnsafeRawBufferPointer(page)) == found
    }
}
