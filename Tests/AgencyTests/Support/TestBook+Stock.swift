import Ledger
import Testing

@testable import Agency

/// Serials, prizes and packs of the demo's stock.
enum DemoStock {
    static let scratch = StockFormat(prefix: "SC", digitCount: 9, checkDigits: .modulo10)
    /// The first ticket of station 1 wins 2,000 fen.
    static let winner = "SC0000010017"
    static let winnerCode = "7391-4402"

    /// The scratch ticket of station 1 with a place in its pack, from 1.
    static func ticket(_ place: Int64) -> String { scratch.text(1_000 + place) }
}

extension TestBook {
    /// The pack of an item that lies at a person's place.
    func pack(_ item: String = "SCRATCH10", of principal: Principal) throws -> Int64 {
        try integer(
            """
            SELECT min(p.pack_id) FROM stock_pack p JOIN stock_item i ON i.item_id = p.item_id
            WHERE i.code = '\(item)' AND (p.station_id = \(principal.station?.number ?? 0)
                OR p.centre_id = \(principal.centre?.number ?? 0))
            """)
    }

    /// Takes scratch tickets of a range of numbers into the stock of the town's centre.
    func deliver(_ first: Int64, _ last: Int64, key: String) throws -> CommandOutcome {
        let supervisor = try supervisor()
        let delivery = StockDelivery(
            itemCode: "SCRATCH10", firstSerial: DemoStock.scratch.text(first),
            lastSerial: DemoStock.scratch.text(last), deliveryNote: "N1")
        let claim = try claim(key, supervisor, delivery.fingerprint)
        return try perform { try $0.receiveDelivery(delivery, claim: claim, by: supervisor) }
    }

    func step(
        _ event: StockPackEvent, _ pack: Int64, key: String, by principal: Principal,
        detail: String = ""
    ) throws -> CommandOutcome {
        let claim = try claim(
            key, principal, stockStepFingerprint(event, pack: pack, detail: detail))
        return try perform { session in
            switch event {
            case .offered: try session.offerPack(pack, to: detail, claim: claim, by: principal)
            case .received: try session.receivePack(pack, claim: claim, by: principal)
            case .declined: try session.declinePack(pack, claim: claim, by: principal)
            case .opened: try session.openPack(pack, claim: claim, by: principal)
            case .closed: try session.closePack(pack, claim: claim, by: principal)
            case .givenBack:
                try session.returnPack(pack, reason: detail, claim: claim, by: principal)
            case .gapFound:
                try session.freezePack(pack, reason: detail, claim: claim, by: principal)
            case .gapResolved, .lastTaken: preconditionFailure("no step of its own")
            }
        }
    }

    /// Opens the pack of an item at an operator's station and gives its number.
    @discardableResult
    func openPack(
        _ item: String = "SCRATCH10", by principal: Principal, again turn: Int = 1
    ) throws -> Int64 {
        let pack = try pack(item, of: principal)
        _ = try step(.opened, pack, key: "open-\(item)-\(pack)-\(turn)", by: principal).bytes()
        return pack
    }

    func sell(
        _ request: StockSaleRequest, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(key, principal, book.fingerprint(of: request))
        return try perform { try $0.sellStock(request, claim: claim, by: principal).outcome }
    }

    /// Sells the next scratch tickets.
    func sellTickets(
        _ count: Int64 = 1, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        try sell(Self.tickets(.next(count: count)), key: key, by: principal)
    }

    /// Sells the scratch tickets with places in the pack of station 1.
    func sellTickets(
        at places: [Int64], key: String, by principal: Principal
    ) throws -> CommandOutcome {
        try sell(
            Self.tickets(.named(places.map { DemoStock.ticket($0) })), key: key, by: principal)
    }

    static func tickets(_ serials: StockSaleRequest.Serials) -> StockSaleRequest {
        let count: Int64 =
            switch serials {
            case .next(let count): count
            case .named(let serials): Int64(serials.count)
            }
        return StockSaleRequest(
            productCode: "SCRATCH10", serials: serials, amountFen: 1_000 * count)
    }

    /// A number with its check digit that is nobody's: no place has the code 990001.
    static let buyerNumber = "990001199001010013"

    static func card(phone: String = "13900000001", isChecked: Bool = true) -> StockSaleRequest {
        StockSaleRequest(
            productCode: "SIMCARD", serials: .next(count: 1), amountFen: 5_000,
            buyer: IdentityDocument(kind: .residentCard, number: buyerNumber).map {
                StockSaleRequest.Buyer(
                    phoneNumber: phone, document: $0, isIdentityChecked: isChecked)
            })
    }

    func resolve(
        _ pack: Int64, _ lines: [StockResolution.Line], left: Int64, key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        let resolution = StockResolution(pack: pack, lines: lines, countedLeft: left)
        let claim = try claim(key, principal, resolution.fingerprint)
        return try perform { try $0.resolvePack(resolution, claim: claim, by: principal) }
    }

    static func line(
        _ place: Int64, _ finding: StockFinding, reason: String = "clerk's report"
    ) -> StockResolution.Line {
        StockResolution.Line(
            serial: DemoStock.ticket(place), finding: finding, reason: reason)
    }

    /// Pays a prize of the principal's table, in which this ticket alone wins, or none does.
    func payPrize(
        _ request: PrizePaymentRequest, winsFen: Int64? = 2_000, key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        try execute("DELETE FROM winning_ticket")
        if let winsFen {
            try execute(
                """
                INSERT INTO winning_ticket SELECT i.item_id, '\(request.ticketDigest.hex)',
                    \(winsFen)
                FROM stock_item i WHERE i.code = 'SCRATCH10'
                """)
        }
        let claim = try claim(key, principal, book.fingerprint(of: request))
        let call = PaymentCall()
        try PartnerDesk(writer: book.writer, lines: [:]) { print($0) }
            .payPrize(request, claim: claim, by: principal) { call.hear($0) }
        return try call.wait().outcome
    }

    static func prize(
        _ serial: String = DemoStock.winner, _ amountFen: Int64 = 2_000
    ) -> PrizePaymentRequest {
        PrizePaymentRequest(
            productCode: "SCRATCH10", serial: serial, validationCode: DemoStock.winnerCode,
            amountFen: amountFen)
    }

    func packState(_ pack: Int64) throws -> StockPackState {
        let text = try texts("SELECT state FROM stock_pack WHERE pack_id = \(pack)")
        return try #require(text.first.flatMap { StockPackState(rawValue: $0) })
    }

    /// Plays a day with every kind of stock transaction at station 1.
    func playStock(_ prefix: String = "stock") throws {
        let teller = try signOn(1)
        let pack = try openPack(by: teller)
        _ = try sellTickets(3, key: prefix + "-sale-1", by: teller).bytes()
        _ = try payPrize(
            Self.prize(), key: prefix + "-prize", by: teller
        ).bytes()
        _ = try sellTickets(at: [6], key: prefix + "-gap", by: teller)
        _ = try resolve(
            pack, [Self.line(4, .damaged), Self.line(5, .voided)], left: 95,
            key: prefix + "-resolve", by: supervisor()
        ).bytes()
        try openPack("SIMCARD", by: teller)
        for (index, answer) in [StockActivationAnswer.activated, .refused].enumerated() {
            let outcome = try sell(Self.card(), key: prefix + "-card-\(index)", by: teller)
            let sale = try #require(Int64(try outcome.answer().text("serial")))
            try perform { try $0.recordActivation(answer, ofSale: sale) }
        }
        try openPack("FORM", by: teller)
        let forms = try claim(
            prefix + "-forms", teller, stockPaperFingerprint("use", itemCode: "FORM", "2"))
        _ = try perform {
            try $0.takeForms(
                itemCode: "FORM", count: 2, purpose: "by hand", claim: forms, by: teller)
        }.bytes()
        _ = try signOff(teller).bytes()
    }
}
