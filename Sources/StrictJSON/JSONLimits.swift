/// The sizes that a JSON text may have; past any of them it is refused.
public struct JSONLimits: Sendable {
    /// Members per object that the decoder can track, whatever the limits say.
    public static let memberCeiling = 64

    /// Limits for the body of a request.
    public static let request = JSONLimits(
        maximumBytes: 64 * 1024, maximumDepth: 16, maximumMembers: memberCeiling,
        maximumElements: 1_000, maximumStringBytes: 4 * 1024)

    /// Limits for what a terminal hands in after its line was down.
    public static let batch = JSONLimits(
        maximumBytes: 256 * 1024, maximumDepth: 8, maximumMembers: memberCeiling,
        maximumElements: 1_000, maximumStringBytes: 4 * 1024)

    /// Limits for a bank's statement that a person hands in.
    public static let statement = JSONLimits(
        maximumBytes: 1_536 * 1024, maximumDepth: 8, maximumMembers: memberCeiling,
        maximumElements: 1_000, maximumStringBytes: 1_400 * 1024)

    /// Limits for a file that a partner sends over the wire.
    public static let partnerFile = JSONLimits(
        maximumBytes: 12 * 1024 * 1024, maximumDepth: 2, maximumMembers: memberCeiling,
        maximumElements: 1, maximumStringBytes: 11_500 * 1024)

    /// Limits for a data file that an administrator hands over.
    public static let dataFile = JSONLimits(
        maximumBytes: 64 * 1024 * 1024, maximumDepth: 16, maximumMembers: memberCeiling,
        maximumElements: 1_000_000, maximumStringBytes: 4 * 1024)

    /// Length of the whole text, in bytes.
    public var maximumBytes: Int
    /// Objects and arrays inside one another; the outermost counts as 1.
    public var maximumDepth: Int
    /// Members of one object.
    public var maximumMembers: Int
    /// Elements of one array.
    public var maximumElements: Int
    /// Length of one string or name between its quotes, in bytes as written.
    public var maximumStringBytes: Int

    /// Makes a set of limits.
    public init(
        maximumBytes: Int, maximumDepth: Int, maximumMembers: Int, maximumElements: Int,
        maximumStringBytes: Int
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumMembers = maximumMembers
        self.maximumElements = maximumElements
        self.maximumStringBytes = maximumStringBytes
    }
}
