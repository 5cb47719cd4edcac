/// Lines of one side: a table or a settlement file, on the disk or in memory.
public struct MatchInput: Sendable {
    public enum Format: Hashable, Sendable {
        /// The table that foreign layouts are turned into, see ``CanonicalTable``.
        case table
        /// A settlement file in the format APS1, verified before.
        case settlementFile
    }

    enum Content: Sendable {
        case file(name: String, folder: String)
        case bytes([UInt8])
    }

    let content: Content
    let format: Format

    /// A file that stays the same while it is matched.
    public init(file name: String, in folder: String, format: Format) {
        content = .file(name: name, folder: folder)
        self.format = format
    }

    public init(bytes: [UInt8], format: Format) {
        content = .bytes(bytes)
        self.format = format
    }

    /// Lines that the caller has at hand, for example those left from the run before.
    public init(lines: some Sequence<MatchLine>) {
        var bytes = CanonicalTable.headerLine
        for line in lines { CanonicalTable.append(line, to: &bytes) }
        self.init(bytes: bytes, format: .table)
    }

    /// Opens the input for reading.
    func open(side: MatchSide, isCarried: Bool) throws(MatchError) -> MatchContent {
        do throws(SettlementError) {
            switch content {
            case .bytes(let bytes):
                return MatchContent(
                    .bytes(bytes), byteCount: Int64(bytes.count), format: format,
                    isCarried: isCarried)
            case .file(let name, let folder):
                let folder = try FileDescriptor.folder(folder)
                guard let file = try FileDescriptor.existing(name, in: folder) else {
                    throw .systemFailure(
                        operation: .open, name: name, code: FileDescriptor.notFound)
                }
                return MatchContent(
                    .file(file), byteCount: try file.byteCount(), format: format,
                    isCarried: isCarried)
            }
        } catch {
            throw .file(side: side, error)
        }
    }
}

/// All lines of one side.
public struct MatchSource: Sendable {
    /// The lines of the business date.
    public var input: MatchInput
    /// Those left from the run before, where they were TIMING.
    public var carried: MatchInput?

    public init(_ input: MatchInput, carried: MatchInput? = nil) {
        self.input = input
        self.carried = carried
    }
}

/// An open input; may be read by several threads at once.
struct MatchContent {
    enum Source {
        case file(FileDescriptor)
        case bytes([UInt8])
    }

    private let source: Source
    let byteCount: Int64
    let format: MatchInput.Format
    let isCarried: Bool

    init(_ source: Source, byteCount: Int64, format: MatchInput.Format, isCarried: Bool) {
        self.source = source
        self.byteCount = byteCount
        self.format = format
        self.isCarried = isCarried
    }

    /// Fills the buffer unless the input ends before; gives the count of bytes.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(SettlementError) -> Int {
        switch source {
        case .file(let file): return try file.read(into: buffer, at: offset)
        case .bytes(let bytes):
            let rest = bytes[min(Int(offset), bytes.count)...].prefix(buffer.count)
            buffer.copyBytes(from: rest)
            return rest.count
        }
    }
}
