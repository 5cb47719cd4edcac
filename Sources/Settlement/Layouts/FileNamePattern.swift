import CivilTime

/// How a partner names its files: `SETTLE_{yyyyMMdd}.csv`, with `*` for any characters, once.
struct FileNamePattern: Hashable, Sendable {
    private enum Piece: Hashable {
        case text([UInt8])
        case date(TimePattern)

        var byteCount: Int {
            switch self {
            case .text(let bytes): bytes.count
            case .date(let pattern): pattern.byteCount
            }
        }
    }

    let text: String
    private let before: [Piece]
    /// What stands behind the asterisk; nothing when there is none.
    private let behind: [Piece]?

    /// Reads a pattern, or gives nothing when it has two dates, a slash or a wrong date.
    init?(_ text: String) {
        let halves = text.split(separator: "*", omittingEmptySubsequences: false)
        guard !text.isEmpty, halves.count <= 2, let before = Self.pieces(halves[0]) else {
            return nil
        }
        var behind: [Piece]?
        if halves.count == 2 {
            guard let pieces = Self.pieces(halves[1]) else { return nil }
            behind = pieces
        }
        let dateCount = (before + (behind ?? [])).count {
            if case .date = $0 { true } else { false }
        }
        guard dateCount <= 1 else { return nil }
        self.text = text
        self.before = before
        self.behind = behind
    }

    private static func pieces(_ text: Substring) -> [Piece]? {
        guard !text.contains("/") else { return nil }
        var pieces: [Piece] = []
        var rest = text
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[brace] == "{", let end = rest[brace...].firstIndex(of: "}"),
                let date = TimePattern(String(rest[rest.index(after: brace)..<end])), date.hasDate
            else { return nil }
            pieces += [.text(Array(rest[..<brace].utf8)), .date(date)]
            rest = rest[rest.index(after: end)...]
        }
        return pieces + [.text(Array(rest.utf8))]
    }

    /// Whether names of this pattern tell a date.
    var hasDate: Bool {
        (before + (behind ?? [])).contains { if case .date = $0 { true } else { false } }
    }

    /// Whether a name has the pattern, and the date that it tells.
    func read(_ name: String) -> (isMatch: Bool, date: BusinessDate?) {
        let bytes = Array(name.utf8)
        let beforeCount = before.reduce(0) { $0 + $1.byteCount }
        let behindCount = (behind ?? []).reduce(0) { $0 + $1.byteCount }
        guard bytes.count >= beforeCount + behindCount,
            behind != nil || bytes.count == beforeCount
        else { return (false, nil) }
        var date: BusinessDate?
        guard Self.read(before, bytes[..<beforeCount], &date),
            Self.read(
                behind ?? [], bytes[(bytes.count - behindCount)...].prefix(behindCount), &date)
        else { return (false, nil) }
        return (true, date)
    }

    private static func read(
        _ pieces: [Piece], _ bytes: ArraySlice<UInt8>, _ date: inout BusinessDate?
    ) -> Bool {
        var rest = bytes
        for piece in pieces {
            let part = rest.prefix(piece.byteCount)
            switch piece {
            case .text(let text): guard part.elementsEqual(text) else { return false }
            case .date(let pattern):
                guard let reading = pattern.read(part) else { return false }
                date = reading.date
            }
            rest = rest.dropFirst(piece.byteCount)
        }
        return true
    }
}
