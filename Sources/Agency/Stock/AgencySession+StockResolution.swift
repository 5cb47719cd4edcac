import Ledger
import SQL

extension AgencySession {
    /// Ends the freezing of a pack: each missing serial is explained and the rest was counted.
    ///
    /// Refusals, in order: `unknownStockPack`, `stockPackState`, for each line
    /// `stockSerialInvalid` and `stockSerialTaken`, then `stockNotResolved`, `stockCountMismatch`.
    public func resolvePack(
        _ resolution: StockResolution, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            guard let pack = try pack(resolution.pack),
                try oversees(principal, pack.place)
            else { throw Self.unknownPack }
            _ = try state(of: pack, after: .gapResolved)
            let item = stockItems.item(pack.item)
            var unexplained = Set(try missingNumbers(of: pack))
            for (index, line) in resolution.lines.enumerated() {
                let field = "/serials/\(index)/serial"
                let number = try numberLeft(line.serial, of: item, in: pack, field: field)
                unexplained.remove(number)
                switch line.finding {
                case .found: break
                case .damaged:
                    try spoil([number], .damaged, of: pack, by: principal, reason: line.reason)
                case .voided:
                    try spoil([number], .spoilt, of: pack, by: principal, reason: line.reason)
                }
            }
            guard unexplained.isEmpty else {
                let first = item.format.text(unexplained.min() ?? 0)
                throw Refusal(
                    .stockNotResolved,
                    "\(unexplained.count) missing serials are not explained, the first is \(first);"
                        + " tell of each whether it is damaged, voided or found",
                    zh: "还有 \(unexplained.count) 个缺号未说明（首个 \(first)）；请逐号说明损坏、作废或找回",
                    field: "/serials")
            }
            try thaw(pack, counted: resolution.countedLeft, by: principal)
            return try packJSON(pack.id)
        }
    }

    /// The numbers that were passed over when a gap was found.
    private func missingNumbers(of pack: StockPack) throws -> [Int64] {
        guard let end = pack.missingUntil else { return [] }
        return try numbersLeft(in: pack, atMost: end - pack.next).filter { $0 < end }
    }

    private func thaw(_ before: StockPack, counted: Int64, by principal: Principal) throws {
        guard let pack = try pack(before.id.number), pack.leftCount == counted else {
            throw Refusal(
                .stockCountMismatch,
                "the serials counted by hand are not those that should be left; count the pack "
                    + "again and explain each serial that is missing",
                zh: "实物清点数与应存数不符；请重新清点，并说明每个缺号", field: "/counted_left")
        }
        let event: StockPackEvent = pack.leftCount == 0 ? .lastTaken : .gapResolved
        // A pack whose last serial was explained away is exhausted by then.
        if pack.state == .frozen {
            let state = try state(of: pack, after: event)
            try connection.prepare(
                "UPDATE stock_pack SET state = $1, missing_until = NULL WHERE pack_id = $2"
            ).run(.text(state.rawValue), .integer(pack.id.number))
            try note(event, pack, state: state, at: pack.place, by: principal.staff)
        }
    }
}
