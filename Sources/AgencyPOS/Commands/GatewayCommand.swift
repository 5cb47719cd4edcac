import Agency

/// Sets how a partner's gateway is reached.
enum GatewaySetCommand: Command {
    static let name = "gateway set"
    static let abstract = "set how a partner that books at once is reached"
    static let discussion = """
        agencypos gateway set --partner CODE --url URL --key-id ID --key-file FILE

        Stop the server first. The key file holds the shared key in hexadecimal; it is sealed under
        the book's own key. The protocol is described in docs/partner-api.md.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--partner", value: "CODE", help: "a partner of the catalogue"),
        Arguments.Option(name: "--url", value: "URL", help: "its base address"),
        Arguments.Option(name: "--key-id", value: "ID", help: "the name of the shared key"),
        Arguments.Option(name: "--key-file", value: "FILE", help: "the shared key, hexadecimal"),
        Arguments.Option(
            name: "--authority-file", value: "FILE",
            help: "PEM authorities to trust instead of the system's"),
        Arguments.Option(
            name: "--connect-ms", value: "N", help: "longest wait for a connection (3000)"),
        Arguments.Option(
            name: "--answer-ms", value: "N", help: "longest wait for an answer (10000)"),
        Arguments.Option(name: "--threads", value: "N", help: "calls under way at once (2)"),
        Arguments.Option(name: "--queue", value: "N", help: "calls that may wait (64)"),
        Arguments.Option(
            name: "--failures", value: "N", help: "failures in a row that open the breaker (5)"),
        Arguments.Option(
            name: "--open-ms", value: "N", help: "how long the breaker stays open first (5000)"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        func number(_ name: String, _ usual: Int64) throws -> Int64 {
            Int64(try arguments.integer(name, default: Int(usual), in: 1...3_600_000))
        }
        let partner = try arguments.required("--partner")
        var settings = GatewaySettings(
            baseURL: try arguments.required("--url"), keyID: try arguments.required("--key-id"))
        settings.certificatePath = arguments.text("--authority-file")
        settings.connectMilliseconds = try number("--connect-ms", settings.connectMilliseconds)
        settings.answerMilliseconds = try number("--answer-ms", settings.answerMilliseconds)
        settings.threadCount = try number("--threads", settings.threadCount)
        settings.queueLength = try number("--queue", settings.queueLength)
        settings.failuresToOpen = try number("--failures", settings.failuresToOpen)
        settings.openMilliseconds = try number("--open-ms", settings.openMilliseconds)
        let key = try arguments.requiredKey("--key-file")
        try GatewaySetup(path: arguments.text("--data", default: Arguments.Option.defaultData))
            .set(settings, keyHex: key, partnerCode: partner)
        print("\(partner): gateway at \(settings.baseURL), key \(settings.keyID)")
    }
}

/// Lists the partners' gateways.
enum GatewayListCommand: Command {
    static let name = "gateway list"
    static let abstract = "list the partners' gateways, without their keys"
    static let discussion = ""
    static let options: [Arguments.Option] = [.data]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        let setup = try GatewaySetup(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        for (partner, settings) in try setup.all() {
            print("\(partner)\t\(settings.baseURL)\t\(settings.keyID)")
        }
    }
}
