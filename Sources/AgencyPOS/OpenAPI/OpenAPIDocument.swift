import Agency
import StrictJSON

/// The description of the whole interface, as `/openapi.json` serves it.
enum OpenAPIDocument {
    /// An OpenAPI 3.1 document, made once.
    static let json: [UInt8] = {
        var writer = JSONWriter(reservedBytes: 65_536)
        writer.beginObject()
        writer.field("openapi", "3.1.0")
        encodeInfo(to: &writer)
        encodeServers(to: &writer)
        writer.key("security")
        writer.beginArray()
        encodeBearer(to: &writer)
        writer.endArray()
        encodePaths(to: &writer)
        encodeComponents(to: &writer)
        writer.endObject()
        return writer.bytes
    }()

    private static func encodeInfo(to writer: inout JSONWriter) {
        writer.key("info")
        writer.beginObject()
        writer.field("title", "AgencyPOS")
        writer.field("version", VersionCommand.version)
        writer.field(
            "description",
            """
            The backend of village postal and bank agency counters. Amounts are whole fen. JSON is \
            read strictly: unknown or duplicate members, fractions, exponents and wrong types are \
            refused with the field's JSON pointer. A request that moves money carries an \
            Idempotency-Key: the same key and body get the first answer again. Errors are RFC 9457 \
            problems with a stable type.
            """)
        writer.key("license")
        writer.beginObject()
        writer.field("name", "Apache-2.0")
        writer.field("identifier", "Apache-2.0")
        writer.endObject()
        writer.endObject()
    }

    private static func encodeServers(to writer: inout JSONWriter) {
        writer.key("servers")
        writer.beginArray()
        writer.beginObject()
        writer.field("url", "/")
        writer.endObject()
        writer.endArray()
    }

    private static func encodeBearer(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("bearer")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
    }

    private static func encodePaths(to writer: inout JSONWriter) {
        writer.key("paths")
        writer.beginObject()
        var paths: [String] = []
        for operation in Operations.all where !paths.contains(operation.path) {
            paths.append(operation.path)
        }
        for path in paths {
            writer.key(escaping: path)
            writer.beginObject()
            for operation in Operations.all where operation.path == path {
                writer.key(escaping: operation.method.rawValue.lowercased())
                operation.encode(to: &writer)
            }
            writer.endObject()
        }
        writer.endObject()
    }

    private static func encodeComponents(to writer: inout JSONWriter) {
        writer.key("components")
        writer.beginObject()
        writer.key("securitySchemes")
        writer.beginObject()
        writer.key("bearer")
        writer.beginObject()
        writer.field("type", "http")
        writer.field("scheme", "bearer")
        writer.field("description", "The token of POST /v1/sessions")
        writer.endObject()
        writer.endObject()
        encodeKeyParameter(to: &writer)
        writer.key("responses")
        writer.beginObject()
        writer.key("HTTPProblem")
        Operation.encodeProblem(Operations.httpProblems.map(\.rawValue), to: &writer)
        writer.endObject()
        writer.key("schemas")
        writer.beginObject()
        for (name, schema) in Operations.schemas {
            writer.key(escaping: name)
            schema.encode(to: &writer)
        }
        writer.endObject()
        writer.endObject()
    }

    private static func encodeKeyParameter(to writer: inout JSONWriter) {
        let lengths = IdempotencyClaim.keyLengths
        writer.key("parameters")
        writer.beginObject()
        writer.key("IdempotencyKey")
        writer.beginObject()
        writer.field("name", "Idempotency-Key")
        writer.field("in", "header")
        writer.field("required", true)
        writer.field(
            "description",
            "One for each payment, kept when the request is sent again; never expires")
        writer.key("schema")
        Schema.text(lengths, pattern: "^[A-Za-z0-9._:-]+$").encode(to: &writer)
        writer.endObject()
        writer.key("TerminalSequence")
        writer.beginObject()
        writer.field("name", "X-Terminal-Sequence")
        writer.field("in", "header")
        writer.field("required", false)
        writer.field(
            "description", "The terminal's own number of the request: 1, 2, 3 … without gaps")
        writer.key("schema")
        Schema.integer(TerminalNumber.allowed).encode(to: &writer)
        writer.endObject()
        writer.endObject()
    }
}

/// Every route and every schema of the interface, capability by capability.
enum Operations {
    static let all: [Operation] = [
        system,
        access,
        staff,
        counter,
        handovers,
        differences,
        tills,
        cash,
        bills,
        tickets,
        ticketReturns,
        withdrawals,
        gateways,
        bankOrders,
        receipts,
        receiptPapers,
        corrections,
        baskets,
        terminals,
        dayClose,
        exchange, settlementKeys, reconciliation, resolutions,
        settlementView,
        settlementCycles, bankStatements,
        reports,
        ledger,
        stock,
    ].flatMap { $0 }

    static let schemas: [(name: String, schema: Schema)] = [
        systemSchemas,
        accessSchemas,
        staffSchemas,
        counterSchemas,
        handoverSchemas,
        differenceSchemas,
        tillSchemas,
        cashSchemas,
        billSchemas,
        ticketSchemas,
        ticketReturnSchemas,
        withdrawalSchemas,
        gatewaySchemas,
        bankOrderSchemas,
        receiptSchemas,
        receiptPaperSchemas,
        correctionSchemas,
        basketSchemas,
        terminalSchemas,
        dayCloseSchemas,
        exchangeSchemas, settlementKeySchemas, reconciliationSchemas, resolutionSchemas,
        settlementViewSchemas,
        settlementCycleSchemas, bankStatementSchemas,
        reportSchemas,
        ledgerSchemas,
        stockSchemas,
    ].flatMap { $0 }

    /// What HTTP itself refuses, on any route.
    static let httpProblems: [ProblemCode] = [
        .badRequest, .notFound, .methodNotAllowed, .requestTimeout, .lengthRequired,
        .bodyTooLarge, .uriTooLong, .expectationFailed, .headersTooLarge, .internal,
        .unsupportedTransferCoding, .shuttingDown, .versionNotSupported,
    ]
}
