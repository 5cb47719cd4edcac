import HTTPServer
import PartnerAPI
import StrictJSON

/// What tests and demonstrations tell the simulator, and ask it.
extension PartnerSimulator {
    /// Serials in one list of bookings: the latest.
    static let maximumListedBookings = 100_000

    /// Changes how the simulator behaves from the next call on.
    func setBehaviour(_ request: HTTPRequest) -> HTTPResponse {
        do throws(JSONError) {
            try state.withLock { (state) throws(JSONError) in
                try state.behaviours.set(decoding: request.body)
            }
            return .json(200, Array("{}".utf8))
        } catch {
            let fault = PartnerFault(
                code: PartnerFault.Code.requestInvalid, detail: String(error.message.prefix(200)))
            return .json(400, fault.encoded)
        }
    }

    /// What was booked, and how often each operation was called.
    func bookings(_ request: HTTPRequest) -> HTTPResponse {
        var wanted: String?
        do throws(QueryError) {
            wanted = try request.query("serial")
        } catch {
            let fault = PartnerFault(
                code: PartnerFault.Code.requestInvalid, detail: "serial comes twice; send one")
            return .json(400, fault.encoded)
        }
        let serial = wanted.flatMap { PartnerSerial($0) }
        let (entries, calls) = state.withLock { state in
            let entries =
                wanted == nil
                ? state.book.latest(Self.maximumListedBookings)
                : [serial.flatMap { state.book.entry($0) }].compactMap { $0 }
            return (entries, state.calls)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("calls")
        writer.beginObject()
        for operation in PartnerOperation.allCases {
            writer.key(escaping: operation.rawValue)
            writer.integer(calls[operation] ?? 0)
        }
        writer.endObject()
        writer.key("bookings")
        writer.beginArray()
        for entry in entries { entry.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(200, writer.bytes)
    }
}
