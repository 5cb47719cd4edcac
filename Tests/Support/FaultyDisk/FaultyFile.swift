import CSQLite

typealias File = UnsafeMutablePointer<sqlite3_file>

/// An open file of a faulty disk, in memory that SQLite allots; the machine's file follows it.
struct FaultyFile {
    // SQLite reads the methods from here; it must be the first member.
    private var methods: sqlite3_file
    // The disk lives as long as the process: it is registered with SQLite.
    private unowned(unsafe) let disk: FaultyDisk
    // Released when the file is closed.
    private let path: Unmanaged<Path>

    private final class Path {
        let text: String
        /// Whether it is a journal or a log, and no database.
        let isLog: Bool

        init(_ text: String, isLog: Bool) {
            self.text = text
            self.isLog = isLog
        }
    }

    static let baseOffset = MemoryLayout<FaultyFile>.stride

    static func base(of file: File) -> File {
        (UnsafeMutableRawPointer(file) + baseOffset).assumingMemoryBound(to: sqlite3_file.self)
    }

    /// Readies the memory of a file that the machine has opened.
    static func initialize(_ file: File, disk: FaultyDisk, path: String, isLog: Bool) {
        UnsafeMutableRawPointer(file).bindMemory(to: FaultyFile.self, capacity: 1).initialize(
            to: FaultyFile(
                methods: sqlite3_file(pMethods: table), disk: disk,
                path: .passRetained(Path(path, isLog: isLog))))
        let base = base(of: file)
        disk.open(path) {
            var size: Int64 = 0
            guard base.methods.xFileSize(base, &size) == SQLITE_OK, size > 0 else { return nil }
            var bytes = [UInt8](repeating: 0, count: Int(size))
            let result = base.methods.xRead(base, &bytes, Int32(size), 0)
            precondition(result == SQLITE_OK, "cannot read \(path): \(result)")
            return bytes
        }
    }

    private var text: String { path.takeUnretainedValue().text }

    fileprivate func write(
        _ base: File, _ bytes: UnsafeRawPointer, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let failure = disk.begin(.write)
        let written = failure.map { $0.isHalfDone ? count / 2 : 0 } ?? count
        if written > 0 {
            let result = base.methods.xWrite(base, bytes, written, offset)
            guard result == SQLITE_OK else { return result }
            let copy = [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(written)))
            disk.note(.write(offset: Int(offset), bytes: copy), text)
        }
        return failure?.code ?? SQLITE_OK
    }

    fileprivate func sync(_ base: File, _ flags: Int32) -> Int32 {
        if let failure = disk.begin(.sync) { return failure.code }
        // The machine's own sync adds nothing: the disk is simulated.
        disk.noteSync(text, isWithFolder: path.takeUnretainedValue().isLog)
        return SQLITE_OK
    }

    fileprivate func truncate(_ base: File, _ size: Int64) -> Int32 {
        if let failure = disk.begin(.truncate) { return failure.code }
        let result = base.methods.xTruncate(base, size)
        if result == SQLITE_OK { disk.note(.truncate(size: Int(size)), text) }
        return result
    }

    fileprivate func map(
        _ base: File, _ region: Int32, _ count: Int32, _ mayExtend: Int32,
        _ address: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32 {
        if let failure = disk.begin(.map) { return failure.code }
        return base.methods.xShmMap(base, region, count, mayExtend, address)
    }

    fileprivate func close(_ base: File) -> Int32 {
        path.release()
        return base.methods.xClose(base)
    }

    // Written once, before the first file is opened, and only read afterwards.
    nonisolated(unsafe) private static let table: UnsafePointer<sqlite3_io_methods> = {
        var table = sqlite3_io_methods()
        table.iVersion = 2
        addFailing(&table)
        addPassedOn(&table)
        let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        pointer.initialize(to: table)
        return UnsafePointer(pointer)
    }()

    private static func addFailing(_ table: inout sqlite3_io_methods) {
        table.xClose = { file in with(file) { $0.close($1) } }
        table.xWrite = { file, bytes, count, offset in
            guard let bytes else { return SQLITE_MISUSE }
            return with(file) { $0.write($1, bytes, count, offset) }
        }
        table.xSync = { file, flags in with(file) { $0.sync($1, flags) } }
        table.xTruncate = { file, size in with(file) { $0.truncate($1, size) } }
        table.xShmMap = { file, region, count, mayExtend, address in
            with(file) { $0.map($1, region, count, mayExtend, address) }
        }
    }

    private static func addPassedOn(_ table: inout sqlite3_io_methods) {
        table.xRead = { file, bytes, count, offset in
            with(file) { $1.methods.xRead($1, bytes, count, offset) }
        }
        table.xFileSize = { file, size in with(file) { $1.methods.xFileSize($1, size) } }
        table.xLock = { file, level in with(file) { $1.methods.xLock($1, level) } }
        table.xUnlock = { file, level in with(file) { $1.methods.xUnlock($1, level) } }
        table.xCheckReservedLock = { file, isReserved in
            with(file) { $1.methods.xCheckReservedLock($1, isReserved) }
        }
        table.xFileControl = { file, operation, argument in
            with(file) { $1.methods.xFileControl($1, operation, argument) }
        }
        table.xSectorSize = { file in with(file) { $1.methods.xSectorSize($1) } }
        table.xDeviceCharacteristics = { file in
            with(file) { $1.methods.xDeviceCharacteristics($1) }
        }
        table.xShmLock = { file, offset, count, flags in
            with(file) { $1.methods.xShmLock($1, offset, count, flags) }
        }
        table.xShmBarrier = { file in
            _ = with(file) {
                $1.methods.xShmBarrier($1)
                return SQLITE_OK
            }
        }
        table.xShmUnmap = { file, mustDelete in
            with(file) { $1.methods.xShmUnmap($1, mustDelete) }
        }
    }
}

// Of no type, for C calls closures that capture nothing, not even the type.
private func with(_ file: File?, _ call: (FaultyFile, File) -> Int32) -> Int32 {
    guard let file else { return SQLITE_MISUSE }
    let this = UnsafeMutableRawPointer(file).assumingMemoryBound(to: FaultyFile.self)
    return call(this.pointee, FaultyFile.base(of: file))
}

extension UnsafeMutablePointer<sqlite3_file> {
    var methods: sqlite3_io_methods { pointee.pMethods.pointee }
}
