import CivilTime

/// Checks partners' files in a layout of their own, and gives their lines once all is right.
///
/// A file is read twice: first every line and total is checked, then the lines are given. Memory
/// does not depend on the number of lines.
public struct LayoutReader: Sendable {
    private let layout: PartnerLayout

    public init(_ layout: PartnerLayout) {
        self.layout = layout
    }

    /// Checks a file from its first to its last byte.
    ///
    /// - Parameters:
    ///   - name: The file's name without a folder.
    ///   - folder: The path of the folder.
    /// - Returns: The file, still open, for reading its lines.
    /// - Throws: ``LayoutError``; nothing of the file counts then.
    public func check(
        _ name: String, in folder: String
    ) throws(LayoutError) -> CheckedLayoutFile {
        let file: FileDescriptor
        let beginning: [UInt8]
        do throws(SettlementError) {
            (file, beginning) = try Self.open(name, in: folder)
        } catch {
            throw .file(error)
        }
        if let format = PackedFormat(name: name, beginning: beginning) {
            throw .filePacked(name: name, format)
        }
        try checkMark(name, beginning)
        var date: BusinessDate?
        if let pattern = layout.fileName {
            let reading = pattern.read(name)
            guard reading.isMatch else {
                throw .fileNameWrong(name: name, pattern: pattern.text)
            }
            date = reading.date
        }
        var parser = try LayoutParser(file, layout, businessDate: date)
        while try parser.next() != nil {}
        return CheckedLayoutFile(
            file: file, layout: layout, nameDate: date, contents: parser.contents(),
            totals: parser.totals, businessDate: parser.businessDate)
    }

    private static func open(
        _ name: String, in path: String
    ) throws(SettlementError) -> (FileDescriptor, beginning: [UInt8]) {
        let folder = try FileDescriptor.folder(path)
        guard let file = try FileDescriptor.existing(name, in: folder) else {
            throw .systemFailure(operation: .open, name: name, code: FileDescriptor.notFound)
        }
        let byteCount = try file.byteCount()
        guard byteCount <= LayoutLimits.maximumFileByteCount else {
            throw .fileTooLarge(
                name: name, byteCount: byteCount, limit: LayoutLimits.maximumFileByteCount)
        }
        var beginning = [UInt8](repeating: 0, count: PackedFormat.beginningByteCount)
        try file.read(into: &beginning, from: 0, at: 0)
        return (file, beginning)
    }

    /// Refuses the mark of an encoding that is not the layout's.
    private func checkMark(_ name: String, _ beginning: [UInt8]) throws(LayoutError) {
        let marks: [(String, [UInt8])] = [
            ("UTF-8", LayoutEncoding.utf8.byteOrderMark),
            ("GB18030", LayoutEncoding.gb18030.byteOrderMark),
            ("UTF-16", [0xFF, 0xFE]), ("UTF-16", [0xFE, 0xFF]),
        ]
        for (mark, bytes) in marks where beginning.starts(with: bytes) {
            guard bytes == layout.encoding.byteOrderMark else {
                throw .encodingMarkWrong(
                    name: name, mark: mark, expected: layout.encoding.rawValue)
            }
        }
    }
}

/// A partner's file that has been checked whole.
public struct CheckedLayoutFile {
    let file: FileDescriptor
    let layout: PartnerLayout
    let nameDate: BusinessDate?
    let contents: FileContents
    public let totals: LayoutTotals
    /// The business date that name, head or lines tell; nothing where none does.
    public let businessDate: BusinessDate?

    /// Gives every transaction in the order of the file.
    ///
    /// - Throws: ``LayoutError`` when the file is no longer the one that was checked, or what
    ///   `body` throws; the lines count only when nothing is thrown.
    public func forEachLine(_ body: (LayoutLine) throws -> Void) throws {
        var parser = try LayoutParser(file, layout, businessDate: nameDate)
        while let line = try parser.next() { try body(line) }
        guard parser.contents() == contents else {
            throw LayoutError.file(.fileChanged(name: file.name))
        }
    }

    /// Gives the lines as the table that ``SettlementMatcher`` reads, piece by piece.
    ///
    /// - Throws: as ``forEachLine(_:)``.
    public func writeTable(_ write: ([UInt8]) throws -> Void) throws {
        try withoutActuallyEscaping(write) { write in
            var table = CanonicalTableWriter(write)
            try forEachLine { try table.add($0.line) }
            try table.finish()
        }
    }
}
