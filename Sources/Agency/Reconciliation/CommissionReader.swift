import Cryptography
import Ledger
import SQL
import Settlement

/// Reads the commissions that the match did not look at.
struct CommissionReader {
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

    /// The commissions of the partner's lines among differences, by their line numbers.
    func theirCommissions(of differences: [MatchDifference]) throws -> [Int: Int64] {
        let wanted = Set(
            differences.compactMap { difference in
                difference.theirs.flatMap { $0.isCarried ? nil : $0.lineNumber }
            })
        guard due.hasCommission, !wanted.isEmpty else { return [:] }
        var commissions: [Int: Int64] = [:]
        try forEachCommission { number, _, commissionFen in
            if wanted.contains(number) { commissions[number] = commissionFen }
        }
        return commissions
    }

    /// Names the first lines of one serial whose commissions differ.
    func commissionDifferences() throws -> [String] {
        var texts: [String] = []
        let lines = SettlementLines(connection)
        try forEachCommission { _, text, commissionFen in
            guard texts.count < Self.maximumNamed, let serial = Int64(text),
                let ours = try lines.detail(serial: serial),
                ours.commissionFen != commissionFen
            else { return }
            texts.append("\(text): ours \(ours.commissionFen), theirs \(commissionFen) fen")
        }
        return texts
    }

    /// Hands over each line's number in what was matched, its serial, and its commission.
    private func forEachCommission(_ body: (Int, String, Int64) throws -> Void) throws {
        // The header is line 1.
        if let layoutFile {
            var number = 1
            try layoutFile.forEachLine { line in
                number += 1
                try body(number, line.line.serial, line.commissionFen ?? 0)
            }
            return
        }
        guard let digest = SHA256Digest(hex: due.digest) else {
            throw SettlementError.fileChanged(name: due.name)
        }
        var reader = try SettlementDetailReader(kept: due.name, in: folder, digest: digest)
        while let detail = try reader.next() {
            try body(reader.number + 1, detail.serial.text, detail.commissionFen)
        }
    }
}
