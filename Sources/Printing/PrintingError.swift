/// Why a document cannot be printed.
public enum PrintingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system's iconv does not know GB18030.
    case encodingUnavailable
    /// A link is too long for a QR code.
    case codeTooLong(byteCount: Int)

    public var description: String {
        switch self {
        case .encodingUnavailable:
            "this system's iconv has no GB18030; install glibc's gconv modules (Debian: libc6)"
        case .codeTooLong(let byteCount):
            "a link of \(byteCount) bytes is too long for a QR code; shorten --public-url"
        }
    }
}
