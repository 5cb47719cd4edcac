import Testing

extension CounterClient {
    /// Signs operator A of a station in and on with its first till.
    ///
    /// - Returns: the session's token.
    func signOn(station number: Int, _ credentials: [String: Any]) throws -> String {
        func secret(
            _ list: String, _ id: String, _ value: String, _ name: String
        ) throws -> String {
            let rows = try #require(credentials[list] as? [[String: String]])
            return try #require(rows.first { $0[id] == name }?[value])
        }
        let station = "S" + String(repeating: "0", count: 4 - "\(number)".count) + "\(number)"
        let staff = "OP" + station.dropFirst() + "01"
        let pin = try secret("user_pins", "user_id", "pin", staff)
        let terminal = station + "-T1"
        let terminalSecret = try secret(
            "terminal_secrets", "terminal_id", "secret_hex", terminal)
        let session = try post(
            "/v1/sessions",
            """
            {"staff_id":"\(staff)","pin":"\(pin)","terminal_id":"\(terminal)",\
            "terminal_secret":"\(terminalSecret)"}
            """)
        try #require(session.status == 201)
        let token = try PaymentLoad.text("token", in: session.body)
        let shift = try post("/v1/shifts", #"{"till_id":"\#(station)-C1"}"#, token: token)
        try #require(shift.status == 201)
        return token
    }
}
