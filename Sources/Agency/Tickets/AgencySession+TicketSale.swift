import CivilTime
import Ledger
import PartnerAPI
import SQL
import StrictJSON

/// A sale that nothing speaks against, before anything is booked.
struct TicketSale {
    let reservation: TicketReservation
    let trip: Trip
    let contract: Contract
    var transaction: NewTransaction
    /// Who travels, in the order of the seats; none where tickets bear no names.
    let passengers: [Passenger]

    /// Whether the principal issues the tickets itself.
    var isIssuedByPrincipal: Bool { contract.terms[.principalIssues] == 1 }
}

extension AgencySession {
    /// Sells the tickets of a reservation once for each key, or records the intent where the
    /// principal issues them.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownReservation`, `reservationAlreadyIssued`,
    /// `reservationExpired`, `amountMismatch`, `noContract`, `feeNotInTariff`,
    /// `identityNotChecked`, `passengerAlreadyBooked`; for tickets on numbered paper also those of
    /// `takePaper`.
    func startTicketSale(
        _ request: TicketIssueRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let sale = try sale(of: request, shift: shift)
            guard sale.isIssuedByPrincipal else {
                return .done(try issueNow(sale).json(zone: profile.zone))
            }
            return .asking([try begin(sale, claim: claim)])
        }
    }

    /// Records a sale's intent, alone or as an item of a basket; its seats stay held.
    ///
    /// - Parameter claim: the key that hears the answer; nothing for an item of a basket.
    /// - Throws: `Refusal` with `passengerAlreadyBooked`, `tillCeilingReached`; for tickets on
    ///   numbered paper those of `takePaper`, so that enough of it is there when they are issued.
    func begin(_ sale: TicketSale, claim: IdempotencyClaim?) throws -> StartedPartnerCall {
        let (reservation, transaction) = (sale.reservation, sale.transaction)
        if let paper = stockItems.paper(of: transaction.product) {
            _ = try nextPapers(
                of: paper, count: reservation.seatCount, at: transaction.shift.station)
        }
        try keep(sale.passengers, of: reservation)
        let serial = try beginCall(transaction, claim: claim)
        try tell(.pay, to: reservation, serial: serial)
        let date = PartnerDetail(name: "date", value: reservation.travelDate.description)
        return StartedPartnerCall(
            serial: serial, partnerCode: transaction.product.partner.code,
            request: .post(
                PartnerPost(
                    serial: PartnerSerial(transaction: serial), kind: .sale,
                    product: transaction.product.code, amountFen: transaction.amountFen,
                    lines: reservation.seats.map { seats in
                        PartnerLineItem(
                            reference: sale.trip.reference(of: seats.fareClass),
                            quantity: seats.seatCount, amountFen: seats.totalFen)
                    },
                    details: [date] + sale.passengers.details)))
    }

    /// Posts a sale that asks no partner and issues its tickets, alone or as an item of a basket.
    func issueNow(_ sale: TicketSale) throws -> SoldTickets {
        try keep(sale.passengers, of: sale.reservation)
        let receipt = try post(sale.transaction)
        var sold = try issue(
            sale.reservation, receipt, commissionFen: sale.transaction.commissionFen)
        if let paper = stockItems.paper(of: sale.transaction.product) {
            sold.papers = try takePaper(
                paper, count: Int64(sold.tickets.count), shift: sale.transaction.shift,
                sale: receipt.serial)
        }
        return sold
    }

    // MARK: - The principal's answer

    /// Issues the tickets that a principal booked, or ends the one that it took back.
    func finishTickets(_ call: PartnerCall, _ news: PartnerCallNews) throws -> [UInt8] {
        guard call.originalSerial == nil else {
            try tell(.refund, to: try refundedTicket(call))
            return try ticketsAsTheyStand(call)
        }
        var sold = try issue(
            try paidReservation(of: call), try receipt(call.serial),
            commissionFen: call.commissionFen, principalNumbers: news.tickets)
        sold.papers = try papersIfLeft(call, count: Int64(sold.tickets.count))
        return sold.json(zone: profile.zone)
    }

    /// Frees the seats of a sale that came to nothing; a ticket that was to go back stays issued.
    func releaseTickets(_ call: PartnerCall) throws {
        if call.originalSerial == nil {
            try tell(.fail, to: try paidReservation(of: call))
        } else {
            try tell(.refuse, to: try refundedTicket(call))
        }
    }

    /// What the key of a sale or a refund is told while its tickets are not issued, or not ended.
    func ticketsAsTheyStand(_ call: PartnerCall) throws -> [UInt8] {
        let receipt = try receipt(call.serial)
        guard call.originalSerial != nil else {
            return SoldTickets(receipt: receipt, tickets: []).json(zone: profile.zone)
        }
        return json(refund: receipt, of: try refundedTicket(call))
    }

    /// Takes the papers of tickets that are issued already.
    ///
    /// - Returns: nothing when the pack was used up since the principal was asked: the operator
    ///   takes paper from another one (`POST /v1/stock/papers`).
    func papersIfLeft(_ call: PartnerCall, count: Int64) throws -> [String] {
        guard let paper = stockItems.paper(of: catalogue.product(call.product)),
            let shift = try ShiftReader(connection).shift(call.shift)
        else { return [] }
        do {
            return try takePaper(paper, count: count, shift: shift, sale: call.serial)
        } catch is Refusal {
            return []
        }
    }

    func receipt(_ serial: Int64) throws -> Receipt {
        guard let receipt = try ReceiptReader(connection).receipt(serial: serial) else {
            preconditionFailure("the transaction was read in this command")
        }
        return receipt
    }

    func paidReservation(of call: PartnerCall) throws -> TicketReservation {
        let number = try connection.prepare(
            "SELECT reservation_id FROM ticket_reservation WHERE serial = $1 AND state = 'paid'"
        ).first(.integer(call.serial)) { $0.integer(0) }
        guard let number, let reservation = try reservation(number) else {
            throw BookError.damaged(table: "ticket_reservation", field: "serial")
        }
        return reservation
    }
}

extension Trip {
    /// What a principal knows a seat of a class by: the trip's code, and the class unless adult's.
    func reference(of fareClass: FareClass) -> String {
        switch fareClass {
        case .adult: code
        case .child, .senior: code + "/" + fareClass.rawValue
        }
    }
}
