import Cryptography

/// Reads the details of a verified file once more, one at a time.
public struct SettlementDetailReader {
    /// The number of the detail that was read last, from 1.
    public private(set) var number = 0
    private var parser: SettlementParser
    private let contents: FileContents
    private var hasEnded = false

    init(_ parser: SettlementParser, expecting contents: FileContents) {
        self.parser = parser
        self.contents = contents
    }

    /// Reads a file that was verified before and has been kept since.
    ///
    /// - Parameter digest: SHA-256 of the bytes that were verified; other bytes are refused at the end.
    /// - Throws: ``SettlementError`` when there is no such file.
    public init(
        kept name: String, in folder: String, digest: SHA256Digest
    ) throws(SettlementError) {
        let folder = try FileDescriptor.folder(folder)
        let file = try FileDescriptor.required(name, in: folder)
        self.init(
            SettlementParser(file, name: try SettlementFileName(name)),
            expecting: FileContents(digest: digest, byteCount: try file.byteCount()))
    }

    /// The next detail, or nothing after the last.
    ///
    /// - Throws: ``SettlementError/fileChanged(name:)`` or another ``SettlementError`` when the
    ///   file is no longer the one that was verified; only the nothing at the end vouches for all.
    public mutating func next() throws(SettlementError) -> SettlementDetail? {
        guard !hasEnded else { return nil }
        if let detail = try parser.nextDetail() {
            number += 1
            return detail
        }
        _ = try parser.end(expecting: contents)
        hasEnded = true
        return nil
    }
}

extension VerifiedSettlement {
    /// Gives the fields of each line as texts, from the header to the trailer.
    ///
    /// - Throws: as ``SettlementDetailReader/next()``, or what `body` throws.
    public func forEachLine(_ body: ([String]) throws -> Void) throws {
        try body(LineEncoder.texts { $0.append(header) }[0])
        var reader = detailReader()
        while let detail = try reader.next() {
            try body(LineEncoder.texts { $0.append(detail, number: reader.number) }[0])
        }
        for line in LineEncoder.texts({ $0.append(totals) }) { try body(line) }
    }
}

extension Acknowledgement {
    /// The fields of each line as texts, from the first line to the end.
    public var lines: [[String]] { LineEncoder.texts { $0.append(self) } }
}

/// The lines of a file of which nothing has been checked, to be looked at.
public struct UnverifiedSettlement {
    private var reader: LineReader

    /// - Throws: ``SettlementError`` when there is no regular file of this name.
    public init(_ name: String, in folder: String) throws(SettlementError) {
        let folder = try FileDescriptor.folder(folder)
        let file = try FileDescriptor.required(name, in: folder)
        reader = LineReader(file)
    }

    /// The fields of the next line, cut, stripped of controls, and with card numbers masked.
    ///
    /// - Throws: ``SettlementError`` for a line that is too long or has no line feed.
    public mutating func next() throws(SettlementError) -> [String]? {
        guard let line = try reader.next() else { return nil }
        return line.split(separator: Ascii.pipe, omittingEmptySubsequences: false)
            .map { SafeText.of($0) }
    }
}

extension LineEncoder {
    /// The lines that something writes.
    static func bytes(_ write: (inout LineEncoder) -> Void) -> [UInt8] {
        var encoder = LineEncoder(capacityBytes: RecordLine.maximumByteCount)
        write(&encoder)
        return encoder.bytes
    }

    /// The fields of the lines that something writes.
    static func texts(_ write: (inout LineEncoder) -> Void) -> [[String]] {
        texts(bytes(write))
    }

    static func texts(_ lines: [UInt8]) -> [[String]] {
        lines.split(separator: Ascii.lineFeed).map { line in
            line.split(separator: Ascii.pipe, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
