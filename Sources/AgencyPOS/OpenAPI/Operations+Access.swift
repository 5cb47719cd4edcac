import Agency

extension Operations {
    static let access = [
        Operation(
            method: .post, path: "/v1/sessions", name: "signIn", tag: "access",
            summary: "Sign in; an operator also names its terminal",
            body: .init(
                schema: "SignInRequest",
                examples: [
                    (
                        "operator",
                        [
                            "staff_id": "OP000101", "pin": "000000", "terminal_id": "S0001-T1",
                            "terminal_secret": .string(String(repeating: "0", count: 64)),
                        ]
                    ),
                    (
                        "successor",
                        [
                            "staff_id": "OP000102", "pin": "000000", "terminal_id": "S0001-T1",
                            "terminal_secret": .string(String(repeating: "0", count: 64)),
                        ]
                    ),
                    ("supervisor", ["staff_id": "SV-T01", "pin": "000000"]),
                    ("district supervisor", ["staff_id": "SV-D01", "pin": "000000"]),
                    ("administrator", ["staff_id": "AD0001", "pin": "000000"]),
                    ("liaison", ["staff_id": "LI-WATER01", "pin": "000000"]),
                ]),
            answer: .json(.named("Session"), "The session, with its token this once", status: 201),
            refusals: [.invalidCredentials, .signInLocked, .operatorNotAllowed]),
        Operation(
            method: .delete, path: "/v1/sessions/current", name: "signOut", tag: "access",
            summary: "End the session of the token", roles: .everyone,
            answer: .init(status: 204, summary: "Ended", content: .nothing)),
    ]

    static let accessSchemas: [(name: String, schema: Schema)] = [
        (
            "SignInRequest",
            .request(
                Property("staff_id", .code, "The person's code"),
                Property("pin", .text(4...64), "The person's PIN"),
                .optional("terminal_id", .code, "An operator's terminal"),
                .optional("terminal_secret", .text(1...128), "The terminal's secret"))
        ),
        (
            "Session",
            .answer(
                Property("token", .text(64...64), "The bearer token"),
                Property("staff_id", .code, "Who signed in"),
                Property("role", .words(Role.self), "What the person may do"),
                Property("expires_at", .time, "When the session ends by itself"))
        ),
    ]
}
