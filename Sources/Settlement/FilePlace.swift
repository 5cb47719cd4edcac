/// Where a file lies, taken apart as the calls want it: its name, and the path of its folder.
///
/// Not by NSString, which traps on a name of one letter.
public struct FilePlace: Hashable, Sendable {
    /// The name without a folder; a slash alone for the root.
    public let name: String
    /// The folder as it was given; a point where none was.
    public let folder: String

    /// Takes a path apart; slashes at its end say nothing.
    public init(_ path: String) {
        let slash = UInt8(ascii: "/")
        let bytes = Array(path.utf8)
        guard let last = bytes.lastIndex(where: { $0 != slash }) else {
            name = bytes.isEmpty ? "" : "/"
            folder = bytes.isEmpty ? "." : "/"
            return
        }
        guard let cut = bytes[...last].lastIndex(of: slash) else {
            name = String(decoding: bytes[...last], as: UTF8.self)
            folder = "."
            return
        }
        name = String(decoding: bytes[(cut + 1)...last], as: UTF8.self)
        let end = bytes[..<cut].lastIndex { $0 != slash }
        folder = end.map { String(decoding: bytes[...$0], as: UTF8.self) } ?? "/"
    }
}
