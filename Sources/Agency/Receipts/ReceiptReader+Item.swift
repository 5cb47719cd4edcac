import CivilTime
import Ledger
import SQL

/// What a transaction was of, from the tables of its kind; a correction shows what its original does.
extension ReceiptReader {
    /// A receipt with what it shows beside the transaction itself.
    func item(_ receipt: Receipt) throws -> ReceiptSheet.Item {
        var item = ReceiptSheet.Item(receipt: receipt)
        let subject = receipt.original?.serial ?? receipt.serial
        switch receipt.kind {
        case .billPayment:
            item.bill = try billLine(of: subject, isTakenBack: receipt.original != nil)
        case .ticketSale: try addTickets(of: subject, to: &item)
        case .stockSale: item.goods = try goodsLine(of: subject)
        case .prizePayment, .withdrawal, .remittance, .transfer: break
        }
        return item
    }

    private func billLine(
        of serial: Int64, isTakenBack: Bool
    ) throws -> ReceiptSheet.BillLine? {
        let bill = try connection.prepare(
            """
            SELECT b.period, p.late_fee_fen FROM bill_payment p
            JOIN bill b ON b.bill_id = p.bill_id WHERE p.serial = $1
            """
        ).first(.integer(serial)) { row in
            ReceiptSheet.BillLine(
                period: row.text(0),
                lateFeeFen: isTakenBack ? -row.integer(1) : row.integer(1))
        }
        if let bill { return bill }
        let periods = try connection.prepare(
            """
            SELECT period, account_number, guard_fen FROM period_payment
            WHERE serial = $1 ORDER BY account_number
            """
        ).all(.integer(serial)) { ($0.text(0), $0.text(1), $0.integer(2)) }
        return periods.first.map { period, _, _ in
            // Without a guard it is a premium of persons, who are named by their numbers.
            ReceiptSheet.BillLine(
                period: period,
                insured: periods.filter { $0.2 == 0 }.map { masked(number: $0.1) })
        }
    }

    /// Adds where tickets lead to and what each shows; to a refund, those of the ticket taken back.
    private func addTickets(of serial: Int64, to item: inout ReceiptSheet.Item) throws {
        let taken = item.receipt.original?.item ?? 0
        let tickets = try TicketReader(connection).tickets(of: serial)
            .filter { taken == 0 || $0.item == taken }
        item.tickets = tickets.compactMap { ticket in
            let passenger = ticket.passenger.map { "\($0.maskedName) *\($0.lastFour)" } ?? ""
            guard !ticket.principalNumber.isEmpty || !passenger.isEmpty else { return nil }
            return ReceiptSheet.TicketLine(
                item: ticket.item, principalNumber: ticket.principalNumber, passenger: passenger)
        }
        if let ticket = tickets.first {
            let counts = FareClass.allCases.map { fareClass in
                ReceiptSheet.Journey.Seats(
                    fareClass: fareClass,
                    count: Int64(tickets.count { $0.fareClass == fareClass }))
            }
            item.journey = ReceiptSheet.Journey(
                ticket.trip, on: ticket.travelDate, seats: counts.filter { $0.count > 0 })
        } else {
            item.journey = try unissuedJourney(of: serial)
        }
    }

    /// Where tickets lead to that their principal has not issued yet, or did not.
    private func unissuedJourney(of serial: Int64) throws -> ReceiptSheet.Journey? {
        let found = try connection.prepare(
            """
            SELECT reservation_id, trip_id, travel_date FROM ticket_reservation
            WHERE serial = $1 AND state = 'paid'
            UNION ALL SELECT reservation_id, trip_id, travel_date FROM ticket_reservation
            WHERE serial = $1 AND state = 'returned'
            """
        ).first(.integer(serial)) {
            ($0.integer(0), ID<Trip>($0.integer(1)), $0.businessDate(2))
        }
        guard let (reservation, tripID, date) = found,
            let trip = try TripReader(connection).trip(tripID)
        else { return nil }
        let seats = try connection.prepare(
            "SELECT fare_class, seat_count FROM ticket_reservation_fare WHERE reservation_id = $1"
        ).all(.integer(reservation)) { row in
            guard let fareClass = FareClass(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a fare class")
            }
            return ReceiptSheet.Journey.Seats(fareClass: fareClass, count: row.integer(1))
        }
        return ReceiptSheet.Journey(trip, on: date, seats: seats)
    }

    private func goodsLine(of serial: Int64) throws -> ReceiptSheet.GoodsLine? {
        let rows = try connection.prepare(
            "SELECT item_id, number FROM stock_serial WHERE serial = $1 ORDER BY number"
        ).all(.integer(serial)) { (ID<StockItem>($0.integer(0)), $0.integer(1)) }
        guard let id = rows.first?.0 else { return nil }
        let item = try StockItems.read(connection).item(id)
        var runs: [ClosedRange<Int64>] = []
        for (_, number) in rows {
            if let run = runs.last, run.upperBound + 1 == number {
                runs[runs.count - 1] = run.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return ReceiptSheet.GoodsLine(
            name: item.name, isCard: item.isTiedToBuyer, count: Int64(rows.count),
            ranges: runs.map {
                ReceiptSheet.GoodsLine.Range(
                    first: item.format.text($0.lowerBound), last: item.format.text($0.upperBound))
            })
    }
}

extension ReceiptSheet.Journey {
    fileprivate init(_ trip: Trip, on date: BusinessDate, seats: [Seats]) {
        self.init(
            kind: trip.kind, origin: trip.origin, destination: trip.destination, date: date,
            time: trip.departureTime, seats: seats)
    }
}
