import CSQLite

/// The methods of a file that go to the file system below as they come.
extension ChecksummedFile {
    typealias File = UnsafeMutablePointer<sqlite3_file>

    static func addPassedOn(_ methods: inout sqlite3_io_methods) {
        methods.xTruncate = { file, size in
            below(file) { $0.methods.xTruncate($0, size) }
        }
        methods.xSync = { file, flags in
            below(file) { $0.methods.xSync($0, flags) }
        }
        methods.xFileSize = { file, size in
            below(file) { $0.methods.xFileSize($0, size) }
        }
        methods.xLock = { file, level in
            below(file) { $0.methods.xLock($0, level) }
        }
        methods.xUnlock = { file, level in
            below(file) { $0.methods.xUnlock($0, level) }
        }
        methods.xCheckReservedLock = { file, isReserved in
            below(file) { $0.methods.xCheckReservedLock($0, isReserved) }
        }
        methods.xFileControl = { file, operation, argument in
            below(file) { $0.methods.xFileControl($0, operation, argument) }
        }
        methods.xSectorSize = { file in
            below(file) { $0.methods.xSectorSize($0) }
        }
        methods.xDeviceCharacteristics = { file in
            below(file) { $0.methods.xDeviceCharacteristics($0) }
        }
    }

    static func addShared(_ methods: inout sqlite3_io_methods) {
        methods.xShmMap = { file, region, byteCount, mayExtend, address in
            below(file) { $0.methods.xShmMap($0, region, byteCount, mayExtend, address) }
        }
        methods.xShmLock = { file, offset, count, flags in
            below(file) { $0.methods.xShmLock($0, offset, count, flags) }
        }
        methods.xShmBarrier = { file in
            _ = below(file) {
                $0.methods.xShmBarrier($0)
                return SQLITE_OK
            }
        }
        methods.xShmUnmap = { file, mustDelete in
            below(file) { $0.methods.xShmUnmap($0, mustDelete) }
        }
    }
}

// A function of no type, for C calls closures that capture nothing, not even the type.
private func below(
    _ file: ChecksummedFile.File?, _ call: (ChecksummedFile.File) -> Int32
) -> Int32 {
    guard let file else { return SQLITE_MISUSE }
    return call(ChecksummedFile.base(of: file))
}

extension UnsafeMutablePointer<sqlite3_file> {
    /// What an open file can do.
    var methods: sqlite3_io_methods { pointee.pMethods.pointee }
}
