import Agency
import StrictJSON

/// Makes, replaces and ends settlement keys of a book that is not being served.
enum SettlementKeyCommand: Command {
    static let name = "settlement key"
    static let abstract = "list, create, rotate or retire a partner's settlement keys"
    static let discussion = """
        agencypos settlement key list   --partner CODE
        agencypos settlement key create --partner CODE --direction out|in [--key-file FILE]
        agencypos settlement key rotate --partner CODE --direction out|in [--overlap-hours N]
        agencypos settlement key retire --partner CODE --key-id ID --reason TEXT

        Stop the server first, or use its REST routes. A new secret is printed this once, in
        hexadecimal, and kept sealed under the book's own key. A key file holds one that the
        partner brings, never one that was used before. Both sides compare keys by the `fingerprint`,
        which shows nothing of them. `out` signs our files, `in` the partner's. See docs/settlement-file.md.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--partner", value: "CODE", help: "a partner of the catalogue"),
        Arguments.Option(name: "--direction", value: "out|in", help: "whose files it signs"),
        Arguments.Option(name: "--key-file", value: "FILE", help: "a key to bring, hexadecimal"),
        Arguments.Option(
            name: "--overlap-hours", value: "N", help: "how long a replaced key stays valid (48)"),
        Arguments.Option(name: "--key-id", value: "ID", help: "the key to retire"),
        Arguments.Option(name: "--reason", value: "TEXT", help: "why it is retired"),
    ]

    private enum Action: String, CaseIterable {
        case list, create, rotate, retire
    }

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1, let action = Action(rawValue: arguments.operands[0])
        else { throw CommandError.usage("say list, create, rotate or retire; see --help") }
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        defer { book.close() }
        let partner = try arguments.required("--partner")
        let sealing = book.settlementKeySealing
        switch action {
        case .list: try list(partner, book)
        case .create:
            let order = try order(partner, arguments)
            try show(
                book.writer.perform {
                    try $0.createSettlementKey(order, sealing: sealing, by: nil)
                })
        case .rotate:
            let order = try order(partner, arguments)
            let allowed = SettlementKeyOrder.overlapHours
            let hours = try arguments.integer(
                "--overlap-hours", default: Int(SettlementKeyOrder.usualOverlapHours),
                in: Int(allowed.lowerBound)...Int(allowed.upperBound))
            try show(
                book.writer.perform {
                    try $0.rotateSettlementKey(
                        order, overlapHours: Int64(hours), sealing: sealing, by: nil)
                })
        case .retire:
            let keyID = try arguments.required("--key-id")
            let reason = try arguments.required("--reason")
            try show(
                book.writer.perform {
                    try $0.retireSettlementKey(
                        keyID, partnerCode: partner, reason: reason, by: nil)
                })
        }
    }

    private static let columns = [
        "key_id", "direction", "state", "created_at", "retired_at", "fingerprint",
    ]

    private static func list(_ partnerCode: String, _ book: Book) throws {
        let now = book.clock()
        let keys = try book.readers.read { connection -> [SettlementKeyRow] in
            guard let partner = try PartnerReader(connection).partner(partnerCode) else {
                throw CommandError(
                    message: "the catalogue has no partner \(partnerCode)", code: .refused)
            }
            return try SettlementKeyReader(connection).keys(of: partner)
        }
        let zone = book.profile.zone
        print(columns.joined(separator: "\t"))
        for key in keys {
            let end = key.retiredAt.map { zone.text($0) } ?? "-"
            print(
                [
                    key.keyID, key.direction.rawValue, key.state(at: now).rawValue,
                    zone.text(key.createdAt), end, key.fingerprint,
                ].joined(separator: "\t"))
        }
    }

    private static func order(
        _ partner: String, _ arguments: Arguments
    ) throws -> SettlementKeyOrder {
        let word = try arguments.required("--direction")
        guard let direction = SettlementDirection(rawValue: word) else {
            throw CommandError.usage("--direction is out or in")
        }
        let keyHex =
            arguments.has("--key-file") ? try arguments.requiredKey("--key-file") : nil
        return SettlementKeyOrder(partnerCode: partner, direction: direction, keyHex: keyHex)
    }

    /// Prints the members of an answer, one in a line.
    private static func show(_ answer: [UInt8]) throws {
        guard case .object(let members) = try StrictJSONParser.parse(answer) else { return }
        for member in members {
            switch member.value {
            case .string(let text): print("\(member.name)\t\(text)")
            case .array(let items) where !items.isEmpty:
                let words = items.compactMap { item -> String? in
                    guard case .string(let text) = item else { return nil }
                    return text
                }
                print("\(member.name)\t\(words.joined(separator: " "))")
            case .array, .null, .bool, .integer, .object: break
            }
        }
    }
}
