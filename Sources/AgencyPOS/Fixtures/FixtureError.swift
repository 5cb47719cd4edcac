import Glibc

/// Why fixtures were not made.
enum FixtureError: Error, Equatable {
    /// A size that was asked for is out of range.
    case size(name: String, allowed: ClosedRange<Int>)
    /// The day of the arrears files is in a year whose months bills cannot name.
    case today(allowedYears: ClosedRange<Int>)
    /// A file or folder cannot be written; the cause is the system's `errno`.
    case unwritable(path: String, code: Int32)
}

extension FixtureError: CustomStringConvertible {
    /// What is wrong and what to do about it.
    var description: String {
        switch self {
        case .size(let name, let allowed):
            "--\(name) is out of range; give \(allowed.lowerBound) to \(allowed.upperBound)"
        case .today(let allowed):
            "the day is out of range; give one in \(allowed.lowerBound) to \(allowed.upperBound)"
        case .unwritable(let path, let code):
            "\(path) cannot be written (\(String(cString: strerror(code)))); "
                + "check the path, its rights and the space left"
        }
    }
}
