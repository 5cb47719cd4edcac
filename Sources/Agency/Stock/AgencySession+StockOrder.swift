import Ledger

/// Another serial than the next one was about to be sold: those between are missing.
struct StockGap: Error {
    let pack: StockPack
    let found: Int64
    let item: StockItem
    let staff: ID<StaffMember>
}

extension AgencySession {
    /// The numbers that a request sells: the next ones of the open pack and no others.
    func numbers(
        of request: StockSaleRequest, item: StockItem, pack: StockPack, by staff: ID<StaffMember>
    ) throws -> [Int64] {
        let next = try numbersLeft(in: pack, atMost: request.count)
        let named: [Int64] =
            switch request.serials {
            case .next: next
            case .named(let serials): try namedNumbers(serials, of: item, in: pack)
            }
        guard Int64(next.count) == request.count else {
            throw Refusal(
                .stockPackTooSmall,
                "only \(next.count) serials are left in the open pack; sell those first, then open "
                    + "the next pack",
                zh: "已启用的包只剩 \(next.count) 张；请先售完，再启用下一包", field: "/count")
        }
        for (given, due) in zip(named, next) where given != due {
            // A serial named twice, or out of order, hides no other one.
            guard given > due, Set(named).count == named.count else {
                throw Refusal(
                    .stockSerialInvalid,
                    "name each serial once and in ascending order, as they come from the pack",
                    zh: "请按票号由小到大逐张录入，不得重复", field: "/serials")
            }
            throw StockGap(pack: pack, found: given, item: item, staff: staff)
        }
        return named
    }

    /// The numbers of serials that are left in the open pack.
    private func namedNumbers(
        _ serials: [String], of item: StockItem, in pack: StockPack
    ) throws -> [Int64] {
        let numbers = try serials.enumerated().map { index, serial in
            let field = "/serials/\(index)"
            let number = try item.number(serial, field: field)
            try checkIsLeft(number, of: item, field: field)
            return number
        }
        let foreign = numbers.indices.filter { !(pack.first...pack.last).contains(numbers[$0]) }
        guard let index = foreign.first else { return numbers }
        guard foreign.count == numbers.count else {
            throw Refusal(
                .stockSerialInvalid,
                "\(serials[index]) is not of the pack of the other serials; enter the serials of "
                    + "each pack as a sale of their own",
                zh: "\(serials[index]) 与其他票号不属于同一包；请按包分别录入",
                field: "/serials/\(index)")
        }
        throw try notOfOpenPack(
            serials[index], numbers[index], of: item, open: pack, field: "/serials/\(index)")
    }

    /// Why a serial is not sold that is left, but not in the pack that its station sells from.
    private func notOfOpenPack(
        _ serial: String, _ number: Int64, of item: StockItem, open: StockPack, field: String
    ) throws -> Refusal {
        if let pack = try pack(of: item, holding: number),
            pack.place == open.place || pack.destination == open.place
        {
            switch pack.state {
            case .frozen: return Self.packIsFrozen(item)
            case .inStock, .inTransit:
                return Refusal(
                    .noOpenStockPack,
                    "\(serial) is of pack \(pack.id.number), which is not open: receive that pack if "
                        + "it is on its way, close the one that is open, and open that one",
                    zh: "\(serial) 属于尚未启用的 \(pack.id.number) 号包；在途的请先签收，再停用当前包并启用该包",
                    field: field)
            // What is left of neither is in the station's hands.
            case .open, .exhausted, .returned: break
            }
        }
        return Refusal(
            .stockSerialInvalid,
            "\(serial) is of no pack at this station; read it again from the paper, or have the pack "
                + "that it came in sent to this station first",
            zh: "\(serial) 不属于本站的任何包；请按实物重新录入，或先将其所属的包调拨到本站", field: field)
    }
}
