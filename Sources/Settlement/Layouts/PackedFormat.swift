/// Files that hold another one, which nobody may guess at.
public enum PackedFormat: String, CaseIterable, Hashable, Sendable {
    case gzip
    case zip
    case bzip2
    case xz
    case sevenZip = "7z"
    case rar
    /// What spreadsheet programs wrote before they used zip.
    case compoundDocument = "xls"

    /// What the first bytes may be; a text that begins with the letters alone is none.
    private var beginnings: [[UInt8]] {
        switch self {
        case .gzip: [[0x1F, 0x8B]]
        case .zip:
            [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0x50, 0x4B, 0x07, 0x08]]
        case .bzip2: (0x31...0x39).map { [0x42, 0x5A, 0x68, $0, 0x31, 0x41] }
        case .xz: [[0xFD, 0x37, 0x7A, 0x58, 0x5A]]
        case .sevenZip: [[0x37, 0x7A, 0xBC, 0xAF]]
        case .rar: [[0x52, 0x61, 0x72, 0x21, 0x1A, 0x07]]
        case .compoundDocument: [[0xD0, 0xCF, 0x11, 0xE0]]
        }
    }

    private var endings: [String] {
        switch self {
        case .gzip: [".gz", ".tgz"]
        case .zip: [".zip", ".xlsx"]
        case .bzip2: [".bz2"]
        case .xz: [".xz"]
        case .sevenZip: [".7z"]
        case .rar: [".rar"]
        case .compoundDocument: [".xls"]
        }
    }

    /// The most bytes that are needed to know the format.
    static let beginningByteCount = 6

    /// Knows a format by the first bytes or by the name.
    init?(name: String, beginning: [UInt8]) {
        let name = name.lowercased()
        let found =
            Self.allCases.first { $0.beginnings.contains { beginning.starts(with: $0) } }
            ?? Self.allCases.first { $0.endings.contains { name.hasSuffix($0) } }
        guard let found else { return nil }
        self = found
    }
}
