/// The ids of one array of a data file, checked to be unique, to look references up in.
struct DataFileReferences {
    private let ids: Set<String>
    private let noun: String

    /// Collects the ids of an array.
    ///
    /// - Parameters:
    ///   - ids: The ids in the order of the file.
    ///   - noun: What they name, in the singular.
    ///   - file: The file's name.
    ///   - array: The array's name in the file.
    ///   - key: The id's name in an element.
    /// - Throws: `DataFileError` of kind `duplicate` for the second of two equal ids.
    init(
        _ ids: [String], noun: String, file: String, array: String, key: String = "id"
    ) throws(DataFileError) {
        var seen = Set<String>(minimumCapacity: ids.count)
        for (index, id) in ids.enumerated() where !seen.insert(id).inserted {
            throw DataFileError(
                file: file, path: "/\(array)/\(index)/\(key)", .duplicate, value: id,
                "another \(noun) has this already; give each its own")
        }
        self.ids = seen
        self.noun = noun
    }

    /// Checks that an id names one of them.
    ///
    /// - Throws: `DataFileError` of kind `unknownReference`.
    func check(_ id: String, file: String, path: @autoclosure () -> String) throws(DataFileError) {
        guard !ids.contains(id) else { return }
        throw DataFileError(
            file: file, path: path(), .unknownReference, value: id,
            "no \(noun) has this id; add it or correct the id")
    }
}
