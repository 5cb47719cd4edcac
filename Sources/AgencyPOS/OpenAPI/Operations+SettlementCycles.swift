import Agency

extension Operations {
    static let settlementCycles = [
        Operation(
            method: .get, path: "/v1/settlement-cycles", name: "listSettlementCycles",
            tag: "settlement of money",
            summary: "The cycles whose money is settled; a liaison sees its partner's",
            roles: [.supervisor, .liaison, .administrator],
            parameters: [
                .query("partner_id", .code, "Only this partner's"),
                .query("state", .words(SettlementCycle.State.self), "Only those in this state"),
                .query("date", .date, "Only those that this date lies in"),
            ] + Parameter.page(upTo: SettlementCycleReader.maximumPageSize),
            answer: .json(
                .page("settlement_cycles", of: .named("SettlementCycle")), "A page of cycles"),
            refusals: [.unknownPartner]),
        Operation(
            method: .get, path: "/v1/settlement-cycles/{cycle_id}", name: "getSettlementCycle",
            tag: "settlement of money", summary: "A cycle with its settlement files",
            roles: [.supervisor, .liaison, .administrator], parameters: [cycleNumber],
            answer: .json(.named("SettlementCycleDetail"), "The cycle"),
            refusals: [.unknownSettlementCycle]),
        Operation(
            method: .post, path: "/v1/settlement-cycles/{cycle_id}/instruction",
            name: "proposeSettlementInstruction", tag: "settlement of money",
            summary: "Propose the transfer of a due cycle's net; district centre only",
            roles: [.supervisor], parameters: [cycleNumber],
            answer: .json(
                .named("SettlementCycleDetail"), "The cycle with its instruction", status: 201),
            refusals: [
                .operatorNotAllowed, .unknownSettlementCycle, .settlementCycleState,
                .bankDetailsMissing,
            ]),
        Operation(
            method: .post, path: "/v1/settlement-cycles/{cycle_id}/instruction/approve",
            name: "approveSettlementInstruction", tag: "settlement of money",
            summary: "Approve another person's instruction: it counts as sent to the bank",
            roles: [.supervisor, .administrator], parameters: [cycleNumber],
            answer: .json(.named("SettlementCycleDetail"), "The cycle with its instruction"),
            refusals: instructionRefusals + [.samePerson]),
        Operation(
            method: .post, path: "/v1/settlement-cycles/{cycle_id}/instruction/decline",
            name: "declineSettlementInstruction", tag: "settlement of money",
            summary: "Decline an instruction before it is sent; another one may follow",
            roles: [.supervisor, .administrator], parameters: [cycleNumber],
            body: .init(
                schema: "ReasonRequest", examples: [("wrong account", ["reason": "收款账户待核实"])]),
            answer: .json(.named("SettlementCycleDetail"), "The cycle with its instruction"),
            refusals: instructionRefusals),
        Operation(
            method: .post, path: "/v1/settlement-cycles/{cycle_id}/instruction/recall",
            name: "recallSettlementInstruction", tag: "settlement of money",
            summary: "Take back an approved instruction that the bank did not carry out",
            roles: [.supervisor, .administrator], parameters: [cycleNumber],
            body: .init(
                schema: "ReasonRequest",
                examples: [("returned by the bank", ["reason": "银行退回：户名与账号不符"])]),
            answer: .json(.named("SettlementCycleDetail"), "The cycle with its instruction"),
            refusals: instructionRefusals),
        Operation(
            method: .get, path: "/v1/settlement-cycles/{cycle_id}/payment-order",
            name: "getPaymentOrder", tag: "settlement of money",
            summary: "An approved payment as ISO 20022 pain.001.001.09, for the bank",
            roles: [.supervisor, .administrator], parameters: [cycleNumber],
            answer: .bytes("application/xml", "The order"),
            refusals: [.unknownSettlementCycle, .noInstruction, .bankDetailsMissing]),
    ]

    private static let instructionRefusals: [RefusalCode] = [
        .operatorNotAllowed, .unknownSettlementCycle, .noInstruction,
    ]

    private static let cycleNumber = Parameter.path("cycle_id", .number, "The cycle")

    private static let cycleProperties = [
        Property("cycle_id", .number, "Our number of it"),
        Property("partner_id", .code, "With whom"),
        Property("number", .count, "The partner's first cycle is 1"),
        Property("length", .words(SettlementCycleLength.self), "How long it is by the terms"),
        Property("from_date", .date, "Its first date"),
        Property("to_date", .date, "Its last date; an open one may become shorter"),
        Property("state", .words(SettlementCycle.State.self), "Where it stands"),
        Property(
            "payable_fen", .orNull(.fen), "What its dates added to what we owe; null while open"),
        Property("receivable_fen", .orNull(.fen), "What they added to what the partner owes"),
        Property(
            "net_fen", .orNull(.fen),
            "Payable less receivable: above 0 we pay, below 0 the partner pays"),
        Property(
            "instruction", .orNull(.named("SettlementInstruction")), "The newest instruction"),
    ]

    static let settlementCycleSchemas: [(name: String, schema: Schema)] = [
        ("SettlementCycle", .answer(cycleProperties)),
        (
            "SettlementCycleDetail",
            .answer(
                cycleProperties + [
                    Property(
                        "settlement_files",
                        .array(
                            .answer(
                                Property("name", .anyText, "The file's name"),
                                Property("business_date", .date, "Of which date"),
                                Property("status", .words(["assigned", "released"]), "If written"),
                                Property("net_fen", .orNull(.fen), "Its net"))),
                        "The files of its dates")
                ])
        ),
        (
            "SettlementInstruction",
            .answer(
                Property("reference", .anyText, "What the transfer must name"),
                Property(
                    "direction", .words(MoneyDirection.self), "`out` we pay, `in` we are paid"),
                Property("amount_fen", .fen, "How much"),
                Property("partner_name", .anyText, "Who the partner is"),
                Property("bank_name", .orNull(.anyText), "The partner's bank"),
                Property("bank_account", .orNull(.anyText), "The partner's account there"),
                Property("account_name", .orNull(.anyText), "In whose name it is"),
                Property("own_bank_name", .orNull(.anyText), "Our bank"),
                Property("own_bank_account", .orNull(.anyText), "Our account there"),
                Property("state", .words(SettlementInstruction.State.self), "Where it stands"),
                Property("proposed_by", .code, "Who proposed it"),
                Property("proposed_at", .time, "When"),
                Property("decided_by", .orNull(.code), "Who approved or declined it"),
                Property("decided_at", .orNull(.time), "When"),
                Property("reason", .anyText, "Why it was declined"),
                Property("recalled_by", .orNull(.code), "Who took it back after the approval"),
                Property("recalled_at", .orNull(.time), "When"),
                Property("recall_reason", .orNull(.anyText), "Why"),
                Property("confirmed_at", .orNull(.time), "When the bank's statement confirmed it"),
                Property(
                    "bank_reference", .orNull(.anyText),
                    "The bank's number of the entry that confirmed it; empty where it gave none"),
                Property(
                    "bank_booking_date", .orNull(.date), "The date under which the bank booked it"))
        ),
    ]
}
