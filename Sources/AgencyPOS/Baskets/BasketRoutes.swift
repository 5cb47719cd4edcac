import Agency
import HTTPServer
import StrictJSON

extension API {
    /// Several items with one tender.
    func addBasketRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/baskets", for: [.operator]) { call in
            let basket = try BasketRequest(decoding: call.body())
            let claim = try call.claim(book.fingerprint(of: basket))
            try partners.payBasket(basket, claim: claim, by: call.principal) {
                answer($0, call)
            }
        }
    }
}

extension BasketRequest {
    /// What an item can be.
    enum ItemKind: String, CaseIterable {
        case bill, tickets, stock
    }

    /// Reads a request body.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let items = try body.objects("items", maximumCount: Self.itemCounts.upperBound)
        guard items.count >= Self.itemCounts.lowerBound else {
            throw body.refusal(of: "items", .valueNotAllowed, "the basket is empty; put items in")
        }
        let tendered = try body.amountFen("tendered_fen")
        try body.finish()
        self.init(items: try items.map { try Item(decoding: $0) }, tenderedFen: tendered)
    }
}

extension BasketRequest.Item {
    /// Reads one item: its kind, and the members that the kind's own request has.
    fileprivate init(decoding object: JSONObjectDecoder) throws {
        var body = object
        guard
            let kind = BasketRequest.ItemKind(rawValue: try body.string("kind", lengthIn: 1...16))
        else {
            throw body.refusal(
                of: "kind", .valueNotAllowed,
                "a basket takes these kinds: "
                    + BasketRequest.ItemKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        switch kind {
        case .bill: self = .bill(try BillPaymentRequest(decoding: body))
        case .tickets: self = .tickets(try TicketIssueRequest(decoding: body))
        case .stock: self = .stock(try StockSaleRequest(decoding: body))
        }
    }
}
