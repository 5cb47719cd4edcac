import Glibc

extension DataFolder {
    /// Whether a file that may be left out is there; one that cannot be asked for is an error.
    ///
    /// - Throws: `DataFileError` of kind `unreadable`.
    static func exists(_ name: String, in folder: String) throws(DataFileError) -> Bool {
        if access(folder + "/" + name, F_OK) == 0 { return true }
        if errno == ENOENT { return false }
        throw DataFileError(
            file: name, .unreadable, "the folder cannot be searched; check path and rights")
    }
}
