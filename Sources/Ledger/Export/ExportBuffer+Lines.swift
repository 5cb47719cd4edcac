/// Lines that the languages of plain-text accounting have in common.
extension ExportBuffer {
    /// Adds an account, an amount and its currency, up to the end of the line.
    func add(_ amount: Int64, of line: ExportChart.Line) {
        add(line.name)
        add("  ")
        add(amount: amount)
        add(byte: UInt8(ascii: " "))
        add(line.account.currency.code)
        add("\n")
    }

    /// Adds what an entry refers to, each on a line: its document, its original and that one's date.
    func add(referencesOf entry: ExportedEntry, indent: StaticString, dateName: StaticString) {
        if let source = entry.source {
            add(name: "source", indent: indent)
            add(number: source)
            add("\n")
        }
        if let original = entry.original {
            add(name: entry.phase == .reversal ? "reverses" : "posts", indent: indent)
            add(number: original)
            add("\n")
        }
        if let date = entry.originalDate {
            add(name: dateName, indent: indent)
            add(date)
            add("\n")
        }
    }

    private func add(name: StaticString, indent: StaticString) {
        add(indent)
        add(name)
        add(": ")
    }
}
