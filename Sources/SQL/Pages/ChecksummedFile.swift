import CSQLite

/// A database file that gets each page's checksum as the page is written.
///
/// SQLite allots the memory of an open file itself: this value comes first in it, followed by the
/// file of the file system below. Only the main file is of this kind, as SQLite guards its log
/// with checksums of its own, so pages are stamped when they are copied from the log and not once
/// for each commit. Reading checks nothing: what was changed by other programs stays readable, and
/// `PageAudit` tells of it.
struct ChecksummedFile {
    // SQLite reads the methods from here; it must be the first member.
    private var methods: sqlite3_file
    /// What the header says, once one was read or written.
    private var layout: PageLayout?
    /// The end of what was written before the header was known.
    private var unstampedEnd: Int64 = 0

    /// Bytes from the start of this value to the file below it.
    static let baseOffset = MemoryLayout<ChecksummedFile>.stride

    /// Readies the memory of a file that the file system below has opened.
    static func initialize(_ file: UnsafeMutablePointer<sqlite3_file>) {
        UnsafeMutableRawPointer(file).bindMemory(to: ChecksummedFile.self, capacity: 1)
            .initialize(to: ChecksummedFile(methods: sqlite3_file(pMethods: Self.methods)))
    }

    /// The file of the file system below.
    static func base(
        of file: UnsafeMutablePointer<sqlite3_file>
    ) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + baseOffset).assumingMemoryBound(to: sqlite3_file.self)
    }

    private init(methods: sqlite3_file) {
        self.methods = methods
    }

    // MARK: - Reading and writing

    private mutating func noteHeader(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
        guard offset == 0, let layout = PageLayout(header: bytes) else { return }
        self.layout = layout
    }

    /// Stamps the page that is about to be written, if it is one.
    ///
    /// The bytes are changed in place. They are SQLite's own page buffer, of which SQLite neither
    /// reads nor compares the reserved bytes.
    private mutating func prepare(
        _ bytes: UnsafeMutableRawBufferPointer, at offset: Int64
    ) {
        noteHeader(UnsafeRawBufferPointer(bytes), at: offset)
        guard let layout else {
            unstampedEnd = max(unstampedEnd, offset + Int64(bytes.count))
            return
        }
        guard layout.hasChecksums, bytes.count == layout.pageBytes,
            offset % Int64(layout.pageBytes) == 0
        else { return }
        PageChecksum.stamp(bytes, number: UInt32(offset / Int64(layout.pageBytes)) + 1)
    }

    /// Stamps what was written before the first page, as when a large first transaction spills.
    private mutating func stampEarlierPages(_ base: UnsafeMutablePointer<sqlite3_file>) -> Int32 {
        guard unstampedEnd > 0, let layout else { return SQLITE_OK }
        let end = unstampedEnd
        unstampedEnd = 0
        guard layout.hasChecksums else { return SQLITE_OK }
        let page = UnsafeMutableRawBufferPointer.allocate(
            byteCount: layout.pageBytes, alignment: PageChecksum.byteCount)
        defer { page.deallocate() }
        let step = Int64(layout.pageBytes)
        for offset in stride(from: step, to: end, by: Int(step)) {
            var result = base.methods.xRead(base, page.baseAddress, Int32(page.count), offset)
            guard result == SQLITE_OK else { return result }
            PageChecksum.stamp(page, number: UInt32(offset / step) + 1)
            result = base.methods.xWrite(base, page.baseAddress, Int32(page.count), offset)
            guard result == SQLITE_OK else { return result }
        }
        return SQLITE_OK
    }

    private static func read(
        _ file: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeMutableRawPointer?,
        _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let base = base(of: file)
        let result = base.methods.xRead(base, bytes, count, offset)
        if offset == 0, result == SQLITE_OK {
            this(file).pointee.noteHeader(
                UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: offset)
        }
        return result
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeRawPointer?,
        _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let base = base(of: file)
        this(file).pointee.prepare(
            UnsafeMutableRawBufferPointer(
                start: UnsafeMutableRawPointer(mutating: bytes), count: Int(count)), at: offset)
        let result = base.methods.xWrite(base, bytes, count, offset)
        guard offset == 0, result == SQLITE_OK else { return result }
        return this(file).pointee.stampEarlierPages(base)
    }

    private static func this(
        _ file: UnsafeMutablePointer<sqlite3_file>
    ) -> UnsafeMutablePointer<ChecksummedFile> {
        UnsafeMutableRawPointer(file).assumingMemoryBound(to: ChecksummedFile.self)
    }

    // MARK: - SQLite's table of methods

    // Written once, before the first file is opened, and only read afterwards. Version 2 offers
    // the shared memory of the log and no memory-mapped pages.
    nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
        var methods = sqlite3_io_methods()
        methods.iVersion = 2
        methods.xClose = { file in
            file.map { ChecksummedFile.base(of: $0) }.map { $0.methods.xClose($0) } ?? SQLITE_MISUSE
        }
        methods.xRead = { file, bytes, count, offset in
            file.map { ChecksummedFile.read($0, bytes, count, offset) } ?? SQLITE_MISUSE
        }
        methods.xWrite = { file, bytes, count, offset in
            file.map { ChecksummedFile.write($0, bytes, count, offset) } ?? SQLITE_MISUSE
        }
        addPassedOn(&methods)
        addShared(&methods)
        let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        pointer.initialize(to: methods)
        return UnsafePointer(pointer)
    }()
}
