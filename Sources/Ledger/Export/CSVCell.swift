/// A text as a cell of a CSV file.
///
/// A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula. A cell that
/// starts so, or with an apostrophe, gets an apostrophe before it: whoever reads the file takes
/// one leading apostrophe away.
public enum CSVCell {
    // Spreadsheets of East Asia take the full-width forms as well.
    private static let signs = "=+-@'\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars

    /// The cell of a text: on one line, without formula, and quoted where it must be.
    public static func text(_ text: String) -> String {
        var text = text.onOneLine
        if let first = text.unicodeScalars.first(where: { $0 != " " }), signs.contains(first) {
            text = "'" + text
        }
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") })
        else { return text }
        return "\"" + text.replacingScalars { $0 == "\"" ? "\"\"" : nil } + "\""
    }
}
