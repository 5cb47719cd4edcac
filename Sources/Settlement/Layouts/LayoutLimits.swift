/// The limits of partners' other layouts.
public enum LayoutLimits {
    /// The longest line in bytes, with its line feed.
    public static let maximumLineByteCount = 4_096
    /// The most lines that are transactions.
    public static let maximumLineCount = SettlementDetail.maximumCount
    /// The largest file, in bytes: what an inbox takes of any file.
    public static let maximumFileByteCount = SettlementVerifier.maximumFileByteCount
    /// The most lines before the first transaction that a layout can skip.
    public static let maximumExtraLineCount = 100
    /// The most columns of a line.
    public static let maximumColumnCount = 200
    /// The most words that a column of types, states or directions can have.
    public static let maximumWordCount = 200
    /// The most characters of such a word, and of the beginning that marks a line.
    public static let maximumWordCharacterCount = 64
    /// The most characters of a header line.
    public static let maximumHeaderCharacterCount = 2_000
    /// The most counts and sums of a head or trailer.
    public static let maximumCheckCount = 16
    /// The most characters of a pattern for times or file names.
    public static let maximumPatternCharacterCount = 128
    /// The most characters that separate two fields.
    public static let maximumDelimiterCharacterCount = 3
    /// The most digits of an amount or sum in fen, zeros in front not counted.
    static let maximumDigitCount = 18
}
