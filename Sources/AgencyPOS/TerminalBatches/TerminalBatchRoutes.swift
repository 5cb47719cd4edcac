import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// The longest batch, in bytes.
    static let maximumBatchBytes = JSONLimits.batch.maximumBytes

    /// What terminals hand in after their line was down, and which of their numbers arrived.
    func addTerminalBatchRoutes(to routes: inout RouteTable) {
        routes.query(
            .post, "/v1/terminal-batches", for: [.operator],
            maximumBodyBytes: Self.maximumBatchBytes
        ) { call in
            let batch = try TerminalBatch(
                decoding: call.body(limits: .batch), zone: book.profile.zone)
            let report = try batches.handIn(batch, by: call.principal)
            var writer = JSONWriter(reservedBytes: 1_024 * report.results.count)
            try report.encode(to: &writer, zone: book.profile.zone)
            return .json(writer.bytes)
        }
        routes.query(.get, "/v1/terminals/current/numbers", for: [.operator]) { call in
            try call.allowQuery()
            guard let terminal = call.principal.terminal else {
                throw Refusal(
                    .notPermitted, "only a terminal has numbers; sign in at one",
                    zh: "仅终端有编号；请在终端登录")
            }
            let numbers = try book.readers.read {
                try TerminalNumberReader($0).numbers(of: terminal)
            }
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("highest_sequence", numbers.highest)
            writer.field("complete_to", numbers.completeTo)
            writer.key("missing")
            numbers.encodeMissing(to: &writer)
            writer.endObject()
            return .json(writer.bytes)
        }
    }
}
