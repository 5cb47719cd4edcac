import CivilTime
import Testing

@testable import Agency

extension TestBook {
    /// Sells tickets of a trip and gives the sale's serial number.
    func sell(
        _ trip: String, seats: Int64 = 1, children: Int64 = 0, on date: String? = nil,
        key: String, by principal: Principal
    ) throws -> Int64 {
        let reservation = try reserve(
            trip, seats: seats, children: children, on: date, by: principal)
        let answer = try issue(reservation, key: key, by: principal).answer()
        return try #require(Int64(try answer.object("receipt").text("serial")))
    }

    /// What a ticket brings now.
    func refundQuote(_ serial: Int64, _ item: Int64 = 1, by principal: Principal) throws -> Answer {
        try Answer(
            counter {
                try $0.refundQuote(
                    serial: serial, item: item, for: principal, at: clock.now)
            })
    }

    func changeQuote(
        _ serial: Int64, _ item: Int64 = 1, to trip: String, on date: String,
        by principal: Principal
    ) throws -> Answer {
        let day = try #require(BusinessDate(date))
        return try Answer(
            counter {
                try $0.changeQuote(
                    serial: serial, item: item, tripCode: trip, travelDate: day, for: principal,
                    at: clock.now)
            })
    }

    func tickets(of serial: Int64, for principal: Principal) throws -> [Answer] {
        try Answer(counter { try $0.tickets(of: serial, for: principal) }).objects("tickets")
    }

    private func counter(_ body: (TicketCounter) throws -> [UInt8]) throws -> [UInt8] {
        try book.readers.read {
            try body(TicketCounter($0, catalogue: book.catalogue, zone: book.profile.zone))
        }
    }

    func refund(
        _ serial: Int64, _ item: Int64 = 1, _ refundFen: Int64, key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        let request = TicketRefundRequest(serial: serial, item: item, refundFen: refundFen)
        let claim = try claim(key, principal, request.fingerprint)
        return try perform {
            try $0.startTicketRefund(request, claim: claim, by: principal).known()
        }
    }

    func change(
        _ serial: Int64, _ item: Int64 = 1, to trip: String, on date: String,
        _ differenceFen: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let request = TicketChangeRequest(
            serial: serial, item: item, tripCode: trip,
            travelDate: try #require(BusinessDate(date)), differenceFen: differenceFen)
        let claim = try claim(key, principal, request.fingerprint)
        return try perform {
            try $0.startTicketChange(request, claim: claim, by: principal).known()
        }
    }

    /// The seats that a trip has left on a date.
    func seatsLeft(
        _ trip: String, _ product: String = "COACH", on date: String, areOffers: Bool = false
    ) throws -> Int64? {
        let product = try book.catalogue.product(product, .ticket)
        let day = try #require(BusinessDate(date))
        return try book.readers.read {
            try TripReader($0).trips(
                of: product, areOffers: areOffers, on: day, at: clock.now, after: 0, limit: 100)
        }.first { $0.trip.code == trip }?.seatsLeft
    }

    /// SQL that gives a product another contract, `CT-NEXT`, from 2026-11-21 on.
    static func nextContract(of product: String) -> String {
        """
        UPDATE contract SET valid_to = 20777 WHERE code LIKE 'CT-\(product)%';
        INSERT INTO contract (code, product_id, valid_from, service_fee_fen,
            commission_kind, commission_flat_fen, commission_rate_ppm,
            commission_minimum_fen, commission_maximum_fen, operator_bp, village_bp,
            town_bp, district_bp, remainder_to)
        SELECT 'CT-NEXT', product_id, 20778, service_fee_fen, commission_kind,
            commission_flat_fen, commission_rate_ppm, commission_minimum_fen,
            commission_maximum_fen, operator_bp, village_bp, town_bp, district_bp,
            remainder_to FROM contract WHERE code LIKE 'CT-\(product)%';

        """
    }

    /// SQL that sets a term of all contracts of a product.
    static func term(_ term: Term, _ value: Int64, of product: String) -> String {
        """
        INSERT INTO contract_term (contract_id, name, value)
        SELECT c.contract_id, '\(term.rawValue)', \(value) FROM contract c
        JOIN product p ON p.product_id = c.product_id WHERE p.code = '\(product)'
        ON CONFLICT (contract_id, name) DO UPDATE SET value = excluded.value;
        """
    }
}

extension PartnerStart {
    /// The outcome of what asked nobody.
    func known() throws -> CommandOutcome {
        guard case .known(let outcome) = self else { throw CommandOutcome.Unfinished() }
        return outcome.outcome
    }

    /// The one call that was begun.
    func call() throws -> StartedPartnerCall {
        guard case .asking(let calls) = self, let call = calls.first, calls.count == 1 else {
            throw CommandOutcome.Unfinished()
        }
        return call
    }
}
