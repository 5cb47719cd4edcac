import StrictJSON

extension TicketRules.Action {
    /// The member of a contract that holds the action's rules.
    fileprivate var member: String { rawValue + "_rules" }
}

/// `refund_rules` and `change_rules` of a contract, each an array or left out.
extension TicketRules {
    /// The most rules of one table.
    static let maximumRules = 50

    /// Takes the tables from a contract.
    ///
    /// - Throws: `JSONError`, also for two rules that begin at the same time.
    init(decoding object: inout JSONObjectDecoder) throws(JSONError) {
        var tables: [Action: [TicketRule]] = [:]
        for action in Action.allCases {
            let rows =
                try object.optionalObjects(action.member, maximumCount: Self.maximumRules) ?? []
            var rules: [TicketRule] = []
            for row in rows {
                let rule = try TicketRule(decoding: row)
                guard !rules.contains(where: { $0.fromMinutes == rule.fromMinutes }) else {
                    throw row.refusal(
                        of: "from_minutes", .valueNotAllowed,
                        "another rule begins at this time; leave one")
                }
                rules.append(rule)
            }
            tables[action] = rules
        }
        self.init(tables.filter { !$0.value.isEmpty })
    }

    /// Writes the tables that have rules as members of a contract.
    func encodeMembers(to writer: inout JSONWriter) {
        for action in Action.allCases where !table(action).isEmpty {
            writer.key(escaping: action.member)
            writer.beginArray()
            for rule in table(action) { rule.encode(to: &writer) }
            writer.endArray()
        }
    }
}

extension TicketRule: DataFileModel {
    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        self.init(
            fromMinutes: try object.integer("from_minutes", in: Self.minutes),
            feeBasisPoints: try object.integer("fee_bp", in: 0...Self.wholeBasisPoints),
            minimumFeeFen: try object.amountFen("minimum_fee_fen", atLeast: 0))
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("from_minutes", fromMinutes)
        writer.field("fee_bp", feeBasisPoints)
        writer.field("minimum_fee_fen", minimumFeeFen)
        writer.endObject()
    }
}
