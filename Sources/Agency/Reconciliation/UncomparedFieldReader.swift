import Cryptography
import Ledger
import SQL
import Settlement

/// What a partner's line says beside what is compared.
struct UncomparedFields {
    let commissionFen: Int64
    /// The serial of the line that it takes back; only in our own format.
    let originalSerial: String?
}

/// Reads the commissions and originals that the match did not look at.
struct UncomparedFieldReader {
    /// How many lines an explanation of commissions names.
    private static let maximumNamed = 10

    let connection: Connection
    let due: DuePartnerFile
    let folder: String
    /// The file, checked, where it is in a layout of the partner's own.
    let layoutFile: CheckedLayoutFile?

    func ourCommission(of line: MatchLine) throws -> Int64? {
        guard due.hasCommission, let serial = Int64(line.serial) else { return nil }
        return try SettlementLines(connection).detail(serial: serial)?.commissionFen
    }

    /// Those of the partner's lines among differences, by their line numbers.
    func theirFields(of differences: [MatchDifference]) throws -> [Int: UncomparedFields] {
        let wanted = Set(
            differences.compactMap { difference in
                difference.theirs.flatMap { $0.isCarried ? nil : $0.lineNumber }
            })
        guard due.hasCommission, !wanted.isEmpty else { return [:] }
        var found: [Int: UncomparedFields] = [:]
        try forEachLine { number, _, fields in
            if wanted.contains(number) { found[number] = fields }
        }
        return found
    }

    /// Names the first lines of one serial whose commissions differ.
    func commissionDifferences() throws -> [String] {
        var texts: [String] = []
        let lines = SettlementLines(connection)
        try forEachLine { _, text, fields in
            guard texts.count < Self.maximumNamed, let serial = Int64(text),
                let ours = try lines.detail(serial: serial),
                ours.commissionFen != fields.commissionFen
            else { return }
            texts.append(
                "\(text): ours \(ours.commissionFen), theirs \(fields.commissionFen) fen")
        }
        return texts
    }

    /// Hands over each line's number in what was matched, its serial, and what else it says.
    private func forEachLine(
        _ body: (Int, String, UncomparedFields) throws -> Void
    ) throws {
        // The header is line 1.
        if let layoutFile {
            var number = 1
            try layoutFile.forEachLine { line in
                number += 1
                try body(
                    number, line.line.serial,
                    UncomparedFields(commissionFen: line.commissionFen ?? 0, originalSerial: nil))
            }
            return
        }
        guard let digest = SHA256Digest(hex: due.digest) else {
            throw SettlementError.fileChanged(name: due.name)
        }
        var reader = try SettlementDetailReader(kept: due.name, in: folder, digest: digest)
        while let detail = try reader.next() {
            try body(
                reader.number + 1, detail.serial.text,
                UncomparedFields(
                    commissionFen: detail.commissionFen,
                    originalSerial: detail.originalSerial?.text))
        }
    }
}
