import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Cash between tills, vaults and the bank.
    func addCashTransferRoutes(to routes: inout RouteTable) {
        routes.query(
            .get, "/v1/cash-transfers", for: [.operator, .supervisor, .administrator]
        ) { call in
            try call.allowQuery("state", "cursor", "limit")
            let state: TransferState? = try call.queryWord("state")
            let (cursor, limit) = try call.page(upTo: CashTransferList.maximumPageSize)
            return try .list("cash_transfers") { writer in
                try book.readers.read {
                    try CashTransferList($0, zone: book.profile.zone).encodeTransfers(
                        for: call.principal, state: state, after: cursor, limit: limit,
                        to: &writer)
                }
            }
        }
        routes.command(.post, "/v1/cash-transfers", for: [.operator, .supervisor]) { call in
            let request = try CashTransferRequest(
                decoding: call.body(), currency: book.profile.currency)
            let claim = try call.claim(request.fingerprint)
            try writeOnce(call, status: 201) {
                try $0.send(request, claim: claim, by: call.principal)
            }
        }
        addTransferSteps(to: &routes)
    }

    private func addTransferSteps(to routes: inout RouteTable) {
        routes.command(
            .post, "/v1/cash-transfers/{transfer_id}/receive",
            for: [.operator, .supervisor, .administrator]
        ) { call in
            let number = try call.parameters.integer("transfer_id")
            var body = try call.body()
            let count = try body.cashCount(in: book.profile.currency)
            try body.finish()
            let claim = try call.claim(receiveTransferFingerprint(number, count: count))
            try writeOnce(call) {
                try $0.receiveTransfer(number, count: count, claim: claim, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/cash-transfers/{transfer_id}/cancel", for: [.operator, .supervisor]
        ) { call in
            let number = try call.parameters.integer("transfer_id")
            let reason = try call.reasonAlone()
            let claim = try call.claim(transferStepFingerprint("cancel", number, reason))
            try writeOnce(call) {
                try $0.cancelTransfer(number, reason: reason, claim: claim, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/cash-transfers/{transfer_id}/resolve", for: [.supervisor]
        ) { call in
            let number = try call.parameters.integer("transfer_id")
            var body = try call.body()
            let resolution: TransferResolution = try body.enumeration("resolution")
            let reason = try body.reason()
            try body.finish()
            let claim = try call.claim(
                transferStepFingerprint("resolve", number, resolution.rawValue, reason))
            try writeOnce(call) {
                try $0.resolveTransfer(
                    number, as: resolution, reason: reason, claim: claim, by: call.principal)
            }
        }
    }
}

extension CashTransferRequest {
    init(decoding object: JSONObjectDecoder, currency: Currency) throws {
        var body = object
        let from: CashPlaceKind = try body.enumeration("from_kind")
        let to: CashPlaceKind = try body.enumeration("to_kind")
        let code = try body.optionalString("to_id", lengthIn: 1...32)
        let reference = try body.optionalString(
            "bank_reference", lengthIn: Self.bankReferenceLengths)
        let count = try body.cashCount(in: currency)
        try body.finish()
        self.init(from: from, to: to, toCode: code, bankReference: reference, count: count)
    }
}
