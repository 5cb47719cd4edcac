/// What a disk holds of one file for certain, and what it was told since the last sync.
struct FileImage {
    /// A change that a power cut may keep, lose or tear.
    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
        case delete
    }

    /// A power cut tears a write between sectors, never within one.
    static let sectorBytes = 512

    /// The bytes as of the last sync; nothing when the file was never synced.
    private(set) var durable: [UInt8]?
    private(set) var changes: [Change] = []

    init(durable: [UInt8]?) {
        self.durable = durable
    }

    mutating func add(_ change: Change) {
        changes.append(change)
    }

    /// All changes have reached the disk.
    mutating func sync() {
        var bytes = durable
        for change in changes { Self.apply(change, to: &bytes) }
        durable = bytes ?? []
        changes.removeAll()
    }

    /// The folder has reached the disk: what was deleted does not come back.
    mutating func settleDeletion() {
        let deletion = changes.lastIndex { change in
            switch change {
            case .delete: true
            case .write, .truncate: false
            }
        }
        guard let deletion else { return }
        durable = nil
        changes.removeSubrange(...deletion)
    }

    /// What a power cut leaves; nothing when the file is gone.
    func afterPowerCut(_ numbers: inout some RandomNumberGenerator) -> [UInt8]? {
        var bytes = durable
        // Often all or nothing was written; what is in between is tried in as many runs.
        let style = Int.random(in: 0..<4, using: &numbers)
        for change in changes {
            let fate = style < 2 ? style : Int.random(in: 0..<3, using: &numbers)
            switch (change, fate) {
            case (_, 0): Self.apply(change, to: &bytes)
            // An old file that comes back takes the place of what followed it.
            case (.delete, _): return bytes
            case (.write(let offset, let written), 2):
                tear(written, at: offset, into: &bytes, &numbers)
            case (.write, _), (.truncate, _): break
            }
        }
        return bytes
    }

    private func tear(
        _ written: [UInt8], at offset: Int, into bytes: inout [UInt8]?,
        _ numbers: inout some RandomNumberGenerator
    ) {
        var start = 0
        while start < written.count {
            let boundary = (offset + start) / Self.sectorBytes * Self.sectorBytes
            let end = min(written.count, boundary + Self.sectorBytes - offset)
            if Bool.random(using: &numbers) {
                let part = Array(written[start..<end])
                Self.apply(.write(offset: offset + start, bytes: part), to: &bytes)
            }
            start = end
        }
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]?) {
        switch change {
        case .write(let offset, let written):
            var all = bytes ?? []
            bytes = nil
            let end = offset + written.count
            if all.count < end { all += [UInt8](repeating: 0, count: end - all.count) }
            all.replaceSubrange(offset..<end, with: written)
            bytes = all
        case .truncate(let size):
            if let all = bytes, all.count > size { bytes = Array(all[..<size]) }
        case .delete: bytes = nil
        }
    }
}
