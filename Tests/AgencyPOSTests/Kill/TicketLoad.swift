import CivilTime
import Foundation
import Synchronization
import Testing

/// One request that a terminal sent about tickets, and the answer if one came.
struct SentTicketRequest: Sendable {
    let teller: Int
    let key: String
    let path: String
    let body: String
    var answer: [UInt8]?
}

/// Operators who sell, refund and change tickets without pause until their server is gone.
final class TicketLoad: Sendable {
    private struct State {
        var sent: [SentTicketRequest] = []
        var nextNumber = 0
        var unexpected: [String] = []
    }

    /// Trips at the same fare, far enough ahead that a refund costs nothing.
    private static let trips = ["D5101", "D5103", "D5105", "D5107", "D5109", "D5111", "D5113"]
    private static let daysAhead = 10...29
    private static let fareFen = 9_450

    private let tokens: [String]
    private let state = Mutex(State())

    init(stations: Int, port: UInt16, credentials: [String: Any]) throws {
        let client = try CounterClient(port: port)
        tokens = try (1...stations).map { try client.signOn(station: $0, credentials) }
    }

    var sent: [SentTicketRequest] { state.withLock { $0.sent } }
    /// Answers that no request of this load should get.
    var unexpected: [String] { state.withLock { $0.unexpected } }

    /// Starts every operator's thread; the group is left when the server is gone for all of them.
    func run(port: UInt16) -> DispatchGroup {
        let group = DispatchGroup()
        for teller in tokens.indices {
            group.enter()
            let thread = Thread { [self] in
                do {
                    let client = try CounterClient(port: port)
                    while true { try serve(teller, client) }
                } catch {
                    // The server is gone.
                }
                group.leave()
            }
            thread.start()
        }
        return group
    }

    /// Sends again what was never answered, and some of what was.
    ///
    /// - Returns: how many had no answer.
    func repeatUnanswered(port: UInt16, answeredToo count: Int) throws -> Int {
        let client = try CounterClient(port: port)
        let all = sent
        let unanswered = all.indices.filter { all[$0].answer == nil }
        for index in unanswered + all.indices.filter({ all[$0].answer != nil }).suffix(count) {
            let request = all[index]
            let response = try client.post(
                request.path, request.body, token: tokens[request.teller], key: request.key)
            #expect(response.status == 201, "\(request.path)")
            let isFirstAnswer = request.answer.map { $0 == response.body } ?? true
            #expect(isFirstAnswer, "\(request.key) got another answer than at first")
            state.withLock { $0.sent[index].answer = response.body }
        }
        return unanswered.count
    }

    /// Sells two tickets, takes one back and exchanges the other.
    private func serve(_ teller: Int, _ client: CounterClient) throws {
        let number = state.withLock {
            $0.nextNumber += 1
            return $0.nextNumber
        }
        let trip = Self.trips[number % Self.trips.count]
        let other = Self.trips[(number + 1) % Self.trips.count]
        let ahead = Self.daysAhead.lowerBound + number % Self.daysAhead.count
        let date = ZoneOffset.china.date(at: .now).adding(days: ahead).description
        let reserved = try client.post(
            "/v1/ticket-reservations",
            #"{"trip_id":"\#(trip)","travel_date":"\#(date)","seat_count":2}"#,
            token: tokens[teller])
        // The trains may be full; the next customer wants another one.
        guard reserved.status == 201 else { return }
        let reservation = try PaymentLoad.text("reservation_id", in: reserved.body)
        let sold = try send(
            teller, "/v1/tickets",
            #"{"reservation_id":"\#(reservation)","amount_fen":\#(2 * Self.fareFen)}"#,
            "ticket-sale-\(number)", client)
        guard let sold else { return }
        let object = try JSONSerialization.jsonObject(with: Data(sold)) as? [String: Any]
        let receipt = try #require(object?["receipt"] as? [String: Any])
        let serial = try #require(receipt["serial"] as? String)
        _ = try send(
            teller, "/v1/tickets/\(serial)/1/refund", #"{"refund_fen":\#(Self.fareFen)}"#,
            "ticket-refund-\(number)", client)
        _ = try send(
            teller, "/v1/tickets/\(serial)/2/change",
            #"{"trip_id":"\#(other)","travel_date":"\#(date)","difference_fen":0}"#,
            "ticket-change-\(number)", client)
    }

    /// Sends one request that moves money and keeps its answer.
    private func send(
        _ teller: Int, _ path: String, _ body: String, _ key: String, _ client: CounterClient
    ) throws -> [UInt8]? {
        let index = state.withLock {
            $0.sent.append(
                SentTicketRequest(teller: teller, key: key, path: path, body: body))
            return $0.sent.count - 1
        }
        let response = try client.post(path, body, token: tokens[teller], key: key)
        guard response.status == 201 else {
            let text = String(decoding: response.body, as: UTF8.self)
            state.withLock { $0.unexpected.append("\(key): \(response.status) \(text)") }
            return nil
        }
        state.withLock { $0.sent[index].answer = response.body }
        return response.body
    }
}
