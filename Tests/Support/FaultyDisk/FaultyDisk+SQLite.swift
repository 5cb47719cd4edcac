import CSQLite

/// The disk as one of SQLite's virtual file systems, over the machine's own.
extension FaultyDisk {
    func registerWithSQLite() {
        guard let base = sqlite3_vfs_find(nil) else {
            preconditionFailure("SQLite has no default file system")
        }
        let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: name.utf8.count + 1)
        _ = text.initialize(from: name.utf8CString)
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        // What is not replaced below takes no part of the structure that it is called with.
        system.initialize(to: base.pointee)
        system.pointee.iVersion = 2
        system.pointee.pNext = nil
        system.pointee.szOsFile = Int32(FaultyFile.baseOffset) + base.pointee.szOsFile
        system.pointee.zName = UnsafePointer(text.baseAddress)
        // Kept for the life of the process, as the registration is.
        system.pointee.pAppData = Unmanaged.passRetained(self).toOpaque()
        system.pointee.xOpen = { system, path, file, flags, grantedFlags in
            guard let file else { return SQLITE_MISUSE }
            return with(system) { $0.open($1, path, file, flags, grantedFlags) }
        }
        system.pointee.xDelete = { system, path, mustSync in
            with(system) { $0.delete($1, path, mustSync: mustSync != 0) }
        }
        system.pointee.xAccess = { system, path, flags, isGranted in
            with(system) { $1.pointee.xAccess($1, path, flags, isGranted) }
        }
        system.pointee.xFullPathname = { system, path, capacity, fullPath in
            with(system) { $1.pointee.xFullPathname($1, path, capacity, fullPath) }
        }
        let result = sqlite3_vfs_register(system, 0)
        precondition(result == SQLITE_OK, "SQLite refuses the disk: \(result)")
    }

    fileprivate func open(
        _ base: UnsafeMutablePointer<sqlite3_vfs>, _ path: UnsafePointer<CChar>?, _ file: File,
        _ flags: Int32, _ grantedFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        file.pointee.pMethods = nil
        if let failure = begin(.open) { return failure.code }
        let below = FaultyFile.base(of: file)
        let result = base.pointee.xOpen(base, path, below, flags, grantedFlags)
        guard result == SQLITE_OK else { return result }
        FaultyFile.initialize(
            file, disk: self, path: path.map { String(cString: $0) } ?? "",
            isLog: flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL) != 0)
        return SQLITE_OK
    }

    fileprivate func delete(
        _ base: UnsafeMutablePointer<sqlite3_vfs>, _ path: UnsafePointer<CChar>?, mustSync: Bool
    ) -> Int32 {
        if let failure = begin(.delete) { return failure.code }
        let result = base.pointee.xDelete(base, path, 0)
        if result == SQLITE_OK, let path {
            noteDeletion(String(cString: path), isSynced: mustSync)
        }
        return result
    }
}

private func with(
    _ system: UnsafeMutablePointer<sqlite3_vfs>?,
    _ call: (FaultyDisk, UnsafeMutablePointer<sqlite3_vfs>) -> Int32
) -> Int32 {
    guard let disk = system?.pointee.pAppData, let base = sqlite3_vfs_find(nil) else {
        return SQLITE_MISUSE
    }
    return call(Unmanaged<FaultyDisk>.fromOpaque(disk).takeUnretainedValue(), base)
}
