import Agency
import CivilTime
import Cryptography
import HTTPServer
import Ledger
import SQL
import StrictJSON

/// The REST interface: it knows who calls, hands the request to a capability and tells the answer.
struct API: Sendable {
    let book: Book
    let desk: WithdrawalDesk
    let partners: PartnerDesk
    let inquiries: BalanceInquiryDesk
    let stockDesk: StockDesk
    let releaser: SettlementReleaser
    let inbox: PartnerInbox
    let batches: TerminalBatchDesk
    let sessions: SessionCache
    let workers: WorkerPool
    /// Sign-ins have a worker of their own: scrypt is slow on purpose, and anyone may ask for it.
    let signInWorkers: WorkerPool
    /// Whole files have one too: reading one of several megabytes must not hold up the counters.
    let uploadWorkers: WorkerPool
    let log: Log
    /// Where the links on receipts lead.
    var publicAddress = PublicAddress()

    /// The routes, frozen.
    func router() -> Router {
        var routes = RouteTable(api: self)
        addSystemRoutes(to: &routes)
        addSessionRoutes(to: &routes)
        addStaffRoutes(to: &routes)
        addCounterRoutes(to: &routes)
        addTillRoutes(to: &routes)
        addCashTransferRoutes(to: &routes)
        addBillRoutes(to: &routes)
        addTicketRoutes(to: &routes)
        addTicketReturnRoutes(to: &routes)
        addStockRoutes(to: &routes)
        addStockSaleRoutes(to: &routes)
        addWithdrawalRoutes(to: &routes)
        addGatewayRoutes(to: &routes)
        addBalanceInquiryRoutes(to: &routes)
        addBankOrderRoutes(to: &routes)
        addReceiptRoutes(to: &routes)
        addReceiptPaperRoutes(to: &routes)
        addReceiptLinkRoutes(to: &routes)
        addCorrectionRoutes(to: &routes)
        addBasketRoutes(to: &routes)
        addTerminalBatchRoutes(to: &routes)
        addDayCloseRoutes(to: &routes)
        addSettlementRoutes(to: &routes)
        addSettlementKeyRoutes(to: &routes)
        addAcknowledgementRoutes(to: &routes)
        addPartnerFileRoutes(to: &routes)
        addReconciliationRoutes(to: &routes)
        addResolutionRoutes(to: &routes)
        addSettlementViewRoutes(to: &routes)
        addSettlementCycleRoutes(to: &routes)
        addBankStatementRoutes(to: &routes)
        addReportRoutes(to: &routes)
        addLedgerRoutes(to: &routes)
        return routes.builder.freeze()
    }

    /// Who sent a request.
    ///
    /// - Throws: `Problem` without a valid `Authorization: Bearer` header.
    func principal(of request: HTTPRequest) throws -> Principal {
        guard let token = bearerToken(of: request),
            let principal = try sessions.principal(token: token, at: book.clock())
        else {
            throw Problem(
                .unauthorized, status: 401,
                detail: "sign in (POST /v1/sessions) and send Authorization: Bearer <token>",
                headers: [("WWW-Authenticate", "Bearer")])
        }
        return principal
    }

    func bearerToken(of request: HTTPRequest) -> String? {
        guard let header = request.header("authorization"),
            header.prefix(7).lowercased() == "bearer "
        else { return nil }
        return String(header.dropFirst(7))
    }

    /// Answers with what an error means to the caller; what is ours to look into goes to the log.
    func fail(_ error: any Error, _ request: HTTPRequest, _ responder: Responder) {
        if let problem = Problem(error) {
            return responder.respond(problem.response(requestID: request.id))
        }
        log.error("request failed", ["request_id": request.id, "error": "\(error)"])
        let problem = Problem(
            .internal, status: 500,
            detail: "the server failed; send the same request again, then tell the centre the "
                + "request_id")
        responder.respond(problem.response(requestID: request.id))
    }

    /// Submits a command to the writer and answers with its bytes once they are durable.
    func write(
        _ call: Call, status: Int = 200,
        _ command: @escaping @Sendable (AgencySession) throws -> [UInt8]
    ) throws {
        try book.writer.submit(command) { result in
            switch result {
            case .success(let bytes): call.responder.respond(.json(bytes, status: status))
            case .failure(let error): fail(error, call.request, call.responder)
            }
        }
    }

    /// Submits a command that moves money and answers with its outcome once that is durable.
    func writeOnce(
        _ call: Call, status: Int = 200,
        _ command: @escaping @Sendable (AgencySession) throws -> CommandOutcome
    ) throws {
        try book.writer.submit(command) { answer($0, call, status: status) }
    }

    /// What a repeat hears while the first request runs.
    static let stillRunning = Refusal(
        .idempotencyKeyRunning,
        "the first request with this key is still running; ask again in a moment",
        zh: "同一笔交易仍在处理中；请稍候再查询，不要另行发起")

    /// Answers with a command's outcome.
    func answer(
        _ result: Result<CommandOutcome, any Error>, _ call: Call, status: Int
    ) {
        switch result {
        case .success(.done(let bytes)): call.responder.respond(.json(bytes, status: status))
        case .success(.refused(let refusal)): fail(refusal, call.request, call.responder)
        case .success(.running):
            fail(Self.stillRunning, call.request, call.responder)
        case .failure(let error): fail(error, call.request, call.responder)
        }
    }
}

extension API {
    /// Answers with what partners made of a payment.
    ///
    /// 202: an answer is awaited, or cash waits; the receipt says so and keeps its number.
    func answer(_ result: Result<PaymentOutcome, any Error>, _ call: Call) {
        switch result {
        case .success(let payment):
            answer(.success(payment.outcome), call, status: payment.isSettled ? 201 : 202)
        case .failure(let error): fail(error, call.request, call.responder)
        }
    }
}

extension HTTPResponse {
    /// A response with a JSON body.
    static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/json")], body: .bytes(bytes))
    }
}
