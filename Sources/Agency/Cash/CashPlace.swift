import Ledger
import SQL

/// A till, a centre's vault or a centre's bank account, as one end of a transfer.
struct CashPlace: Sendable {
    let kind: CashPlaceKind
    let account: ID<Account>
    let till: ID<Till>?
    /// The till's station.
    let station: ID<Station>?
    /// The centre whose vault or bank account it is.
    let centre: ID<Centre>?
}

/// What a connection can read of the places where cash lies.
struct CashPlaceReader {
    let connection: Connection

    func till(code: String) throws -> CashPlace? {
        try connection.prepare(
            "SELECT till_id, station_id, cash_account_id FROM till WHERE code = $1"
        ).first(.text(code), read: Self.till)
    }

    func till(_ id: ID<Till>) throws -> CashPlace? {
        try connection.prepare(
            "SELECT till_id, station_id, cash_account_id FROM till WHERE till_id = $1"
        ).first(.integer(id.number), read: Self.till)
    }

    func vault(code: String) throws -> CashPlace? {
        try connection.prepare("SELECT centre_id, cash_account_id FROM centre WHERE code = $1")
            .first(.text(code)) { Self.centre($0, .centre) }
    }

    func vault(of centre: ID<Centre>) throws -> CashPlace? {
        try connection.prepare("SELECT centre_id, cash_account_id FROM centre WHERE centre_id = $1")
            .first(.integer(centre.number)) { Self.centre($0, .centre) }
    }

    func bank(of centre: ID<Centre>) throws -> CashPlace? {
        try connection.prepare(
            "SELECT centre_id, deposit_account_id FROM centre WHERE centre_id = $1"
        ).first(.integer(centre.number)) { Self.centre($0, .bank) }
    }

    private static func till(_ row: Row) -> CashPlace {
        CashPlace(
            kind: .till, account: ID(row.integer(2)), till: ID(row.integer(0)),
            station: ID(row.integer(1)), centre: nil)
    }

    private static func centre(_ row: Row, _ kind: CashPlaceKind) -> CashPlace {
        CashPlace(
            kind: kind, account: ID(row.integer(1)), till: nil, station: nil,
            centre: ID(row.integer(0)))
    }
}

extension CashPlaceReader {
    /// Whether cash goes straight from one place to another.
    ///
    /// Between tills, between a till and a centre above it, between a centre and the one above,
    /// and between a centre and its own bank account.
    func isRoute(from sender: CashPlace, to receiver: CashPlace) throws -> Bool {
        let centres = CentreReader(connection)
        switch (sender.kind, receiver.kind) {
        case (.till, .till): return sender.till != receiver.till
        case (.till, .centre): return try isAbove(receiver, sender)
        case (.centre, .till): return try isAbove(sender, receiver)
        case (.centre, .centre):
            guard let from = sender.centre, let to = receiver.centre, from != to else {
                return false
            }
            return try centres.parent(of: from) == to || centres.parent(of: to) == from
        case (.centre, .bank), (.bank, .centre): return sender.centre == receiver.centre
        case (.till, .bank), (.bank, .till), (.bank, .bank): return false
        }
    }

    private func isAbove(_ vault: CashPlace, _ till: CashPlace) throws -> Bool {
        guard let station = till.station else { return false }
        return try CentreReader(connection).isCentre(vault.centre, above: station)
    }
}
