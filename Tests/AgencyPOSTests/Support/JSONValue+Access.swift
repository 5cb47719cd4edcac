import Agency
import Ledger
import StrictJSON

@testable import AgencyPOS

extension JSONValue {
    /// The member of an object, or nothing.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var number: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    var items: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    var members: [JSONMember] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    /// The object with one member replaced or added.
    func with(_ name: String, _ value: JSONValue) -> JSONValue {
        var members = members
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index] = JSONMember(name: name, value: value)
        } else {
            members.append(JSONMember(name: name, value: value))
        }
        return .object(members)
    }

    // MARK: Bodies that many tests send

    static func signIn(_ staff: String) throws -> JSONValue {
        let body: JSONValue = [
            "staff_id": .string(staff), "pin": .string(try DemoNetwork.pin(of: staff)),
        ]
        guard staff.hasPrefix("OP") else { return body }
        let terminal = "S" + staff.dropFirst(2).prefix(4) + "-T1"
        return body.with("terminal_id", .string(terminal))
            .with("terminal_secret", .string(try DemoNetwork.secret(of: terminal)))
    }

    /// The fewest notes and coins that make up a sum, as a count.
    static func counts(_ fen: Int64) -> JSONValue {
        var rest = fen
        var lines: [JSONValue] = []
        for denomination in Currency.renminbi.denominationsFen where rest >= denomination {
            lines.append([
                "denomination_fen": .integer(denomination), "count": .integer(rest / denomination),
            ])
            rest %= denomination
        }
        return .array(lines)
    }

    static func blindPayment(amountFen: Int64 = 1_000) -> JSONValue {
        [
            "product_id": "MOBILE", "account_number": "13800001111",
            "amount_fen": .integer(amountFen),
        ]
    }

    static func withdrawal(
        card: String = "6222020000001234", amountFen: Int64 = 50_000
    ) -> JSONValue {
        [
            "product_id": "CASH01", "card_number": .string(card),
            "encrypted_pin_block": "0123456789ABCDEF", "amount_fen": .integer(amountFen),
            "identity": Operations.identityExample,
        ]
    }

    static func remittance(
        account: String = "6217990000004321", amountFen: Int64 = 80_000,
        identity: JSONValue = Operations.identityExample
    ) -> JSONValue {
        [
            "product_id": "REMIT01", "payee_name": "王小明",
            "payee_account_number": .string(account), "amount_fen": .integer(amountFen),
            "identity": identity,
        ]
    }

    static func transfer(
        card: String = "6222020000001234", account: String = "6217990000005678",
        amountFen: Int64 = 300_000
    ) -> JSONValue {
        [
            "product_id": "TRANS01", "card_number": .string(card),
            "encrypted_pin_block": "0123456789ABCDEF", "to_account_number": .string(account),
            "amount_fen": .integer(amountFen),
        ]
    }

    static func balanceInquiry(card: String = "6222020000001234") -> JSONValue {
        [
            "product_id": "CASH01", "card_number": .string(card),
            "encrypted_pin_block": "0123456789ABCDEF",
        ]
    }
}
