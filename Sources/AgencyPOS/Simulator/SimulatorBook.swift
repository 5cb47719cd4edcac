import PartnerAPI
import StrictJSON

/// The book of a simulated partner: idempotent by serial, unless it is told to misbehave.
struct SimulatorBook {
    /// Serials that it remembers; further ones are refused.
    static let maximumEntries = 1_000_000

    private let accounts: SimulatorAccounts
    private let seed: UInt64
    private let file: SimulatorFile?
    private var entries: [PartnerSerial: SimulatorEntry] = [:]
    /// The serials in the order in which they came.
    private var order: [PartnerSerial] = []
    /// How many of a bill or an offer are booked, so that no call looks through the whole book.
    private var bookedQuantities: [String: Int64] = [:]
    /// What the bookings have taken from accounts or, negative, brought to them, in fen.
    private var drawnFen: [SimulatorAccounts.Key: Int64] = [:]
    /// The tickets that were changed for others, as serial and item.
    private var replaced: Set<String> = []

    /// - Parameter statePath: where the book survives a restart; nil for nowhere.
    /// - Throws: `CommandError`.
    init(accounts: SimulatorAccounts, seed: UInt64, statePath: String?) throws {
        self.accounts = accounts
        self.seed = seed
        guard let statePath else {
            file = nil
            return
        }
        let (file, kept) = try SimulatorFile.open(statePath)
        self.file = file
        for entry in kept { remember(entry) }
        // What was pending when the process ended was not booked and will not be.
        for entry in kept where entries[entry.serial]?.status == .pending {
            entries[entry.serial] = nil
            order.removeAll { $0 == entry.serial }
        }
    }

    /// The latest of what it knows, in the order in which it came to know it.
    func latest(_ maximumCount: Int) -> [SimulatorEntry] {
        order.suffix(maximumCount).compactMap { entries[$0] }
    }

    func entry(_ serial: PartnerSerial) -> SimulatorEntry? { entries[serial] }

    // MARK: Calls

    func inquire(_ inquiry: PartnerInquiry) -> PartnerInquiryReply {
        switch inquiry.kind {
        case .offers:
            let told = accounts.offers(product: inquiry.product, inquiry.details)
            let offers = told.map { offer in
                var offer = offer
                offer.available = max(0, offer.available - sold(offer.reference))
                return offer
            }
            return .offers(offers)
        case .bills:
            guard let account = account(inquiry.product, inquiry.account) else {
                return .refused(Self.unknownAccount)
            }
            let owed = account.bills.filter { !isPaid($0.reference) }
            return .bills(PartnerBills(customerName: account.customerName, bills: owed))
        case .balance:
            guard let account = account(inquiry.product, inquiry.account) else {
                return .refused(Self.unknownAccount)
            }
            return .balance(
                PartnerBalance(
                    customerName: account.customerName, balanceFen: account.balanceFen,
                    availableFen: account.balanceFen))
        }
    }

    /// What to say to a post that has come before; nil for a new one.
    ///
    /// - Throws: `PartnerFault` for a serial that is known with other contents.
    func earlierReply(to post: PartnerPost) throws(SimulatorFault) -> PartnerPostReply? {
        guard let entry = entries[post.serial] else { return nil }
        // A reversal that came first stands for whatever the post would be.
        guard entry.status == .reversed || entry.isSame(post) else {
            throw SimulatorFault(
                status: 409, code: PartnerFault.Code.serialConflict,
                detail: "serial \(post.serial) was posted with other contents; use a new serial")
        }
        switch entry.status {
        case .booked: return .booked(entry.booking)
        case .refused: return .refused(entry.refusal)
        case .reversed: return .refused(Self.reversedBefore)
        case .pending: return nil
        }
    }

    /// Books by the rules of the accounts.
    ///
    /// - Parameter amountFen: what is booked instead of what was asked for.
    mutating func book(_ post: PartnerPost, amountFen: Int64? = nil) throws -> PartnerPostReply {
        var entry = entries[post.serial] ?? SimulatorEntry(post, status: .pending)
        guard entry.status != .reversed else { return .refused(Self.reversedBefore) }
        if let refusal = refusal(of: post) { return try refuse(post, refusal) }
        entry.replacedReference = replacedReference(of: post) ?? ""
        entry.status = .booked
        entry.bookedCount += 1
        entry.bookedFen = amountFen ?? post.amountFen
        let number = SimulatorAccounts.number(seed, post.serial.text, "\(entry.bookedCount)")
        entry.reference = "P\(number % 1_000_000_000_000)"
        if accounts.account(product: post.product, account: post.account)?.isPrepaid == true {
            entry.token = (0..<5).map { part in
                String(10_000 + SimulatorAccounts.number(seed, entry.reference, "\(part)") % 90_000)
                    .suffix(4)
            }.joined(separator: "-")
        }
        try keep(entry)
        return .booked(entry.booking)
    }

    /// Keeps a refusal, so that the same post and its query hear the same again.
    mutating func refuse(
        _ post: PartnerPost, _ refusal: PartnerRefusal
    ) throws -> PartnerPostReply {
        var entry = SimulatorEntry(post, status: .refused)
        entry.refusalCode = refusal.code
        entry.refusalReason = refusal.reason
        try keep(entry)
        return .refused(refusal)
    }

    /// Remembers that a post has come and is not decided.
    mutating func hold(_ post: PartnerPost) {
        guard entries[post.serial] == nil else { return }
        remember(SimulatorEntry(post, status: .pending))
    }

    func query(_ serial: PartnerSerial) -> PartnerQueryReply {
        guard let entry = entries[serial] else { return .notFound }
        return switch entry.status {
        case .pending: .inProgress
        case .booked: .booked(entry.booking)
        case .refused: .refused(entry.refusal)
        case .reversed: .reversed
        }
    }

    /// Undoes a serial, or sees to it that it is never booked.
    mutating func reverse(_ serial: PartnerSerial) throws -> PartnerReversalReply {
        var entry = entries[serial] ?? SimulatorEntry(serial: serial, status: .reversed)
        switch entry.status {
        case .booked: entry.reversedCount += 1
        case .pending, .refused, .reversed: break
        }
        entry.status = .reversed
        try keep(entry)
        return .reversed
    }

    // MARK: Rules

    private static let unknownAccount = PartnerRefusal(
        code: "unknown_account", reason: "没有这个户号 (no such account)")
    private static let reversedBefore = PartnerRefusal(
        code: "reversed", reason: "该流水已冲正 (the serial was reversed)")

    private func account(_ product: String, _ account: String) -> SimulatorAccounts.Account? {
        guard var found = accounts.account(product: product, account: account) else { return nil }
        found.balanceFen -= drawnFen[.init(product: product, account: account)] ?? 0
        return found
    }

    private func refusal(of post: PartnerPost) -> PartnerRefusal? {
        switch post.kind {
        case .payment:
            guard accounts.areListed else { return nil }
            guard let account = account(post.product, post.account) else {
                return Self.unknownAccount
            }
            for line in post.lines {
                guard let bill = account.bills.first(where: { $0.reference == line.reference })
                else { return Self.refusal("unknown_bill", line.reference) }
                if isPaid(bill.reference) { return Self.refusal("already_paid", line.reference) }
            }
            return nil
        case .sale:
            for line in post.lines {
                guard let offer = accounts.offer(product: post.product, line: line.reference)
                else { return Self.refusal("unknown_offer", line.reference) }
                guard offer.available - sold(offer.reference) >= line.quantity else {
                    return Self.refusal("sold_out", line.reference)
                }
            }
            guard let serial = post.detail("replaces_serial") else { return nil }
            let ticket = Self.ticket(serial, post.detail("replaces_item") ?? "")
            guard replacedReference(of: post) != nil else {
                return Self.refusal("unknown_ticket", ticket)
            }
            return replaced.contains(ticket) ? Self.refusal("already_changed", ticket) : nil
        case .withdrawal, .transfer:
            // A card is not kept, so only accounts that are named have a balance to watch.
            guard post.card == nil else { return nil }
            guard let account = account(post.product, post.account) else {
                return Self.unknownAccount
            }
            return account.balanceFen < post.amountFen
                ? Self.refusal("insufficient_funds", "余额不足") : nil
        case .remittance, .payback: return nil
        }
    }

    /// What the ticket that a post changes was sold as; nothing when it is not known.
    private func replacedReference(of post: PartnerPost) -> String? {
        guard let serial = post.detail("replaces_serial").flatMap({ PartnerSerial($0) }),
            let item = post.detail("replaces_item").flatMap({ Int64($0) }), item > 0,
            let sale = entries[serial], sale.status == .booked
        else { return nil }
        var last: Int64 = 0
        return sale.lines.first { line in
            last += line.quantity
            return item <= last
        }?.reference
    }

    private static func ticket(_ serial: String, _ item: String) -> String { serial + "-" + item }

    private static func refusal(_ code: String, _ reason: String) -> PartnerRefusal {
        PartnerRefusal(code: code, reason: reason)
    }

    private func isPaid(_ reference: String) -> Bool { sold(reference) > 0 }

    private func sold(_ reference: String) -> Int64 { bookedQuantities[reference] ?? 0 }

    // MARK: Keeping

    private mutating func keep(_ entry: SimulatorEntry) throws {
        guard entries[entry.serial] != nil || order.count < Self.maximumEntries else {
            throw SimulatorFault(
                status: 503, code: PartnerFault.Code.unavailable, detail: "the book is full")
        }
        try file?.append(entry)
        remember(entry)
    }

    private mutating func remember(_ entry: SimulatorEntry) {
        let earlier = entries.updateValue(entry, forKey: entry.serial)
        if let earlier { count(earlier, sign: -1) } else { order.append(entry.serial) }
        count(entry, sign: 1)
    }

    private mutating func count(_ entry: SimulatorEntry, sign: Int64) {
        guard entry.status == .booked else { return }
        for line in entry.lines {
            // What is paid back is for sale again.
            let count = entry.kind == PartnerPost.Kind.payback.rawValue ? -sign : sign
            bookedQuantities[SimulatorAccounts.offerReference(line.reference), default: 0] +=
                count * line.quantity
        }
        if !entry.replacedReference.isEmpty {
            bookedQuantities[
                SimulatorAccounts.offerReference(entry.replacedReference), default: 0] -= sign
            let ticket = Self.ticket(entry.replacedSerial, String(entry.replacedItem))
            if sign > 0 { replaced.insert(ticket) } else { replaced.remove(ticket) }
        }
        let key = SimulatorAccounts.Key(product: entry.product, account: entry.account)
        switch PartnerPost.Kind(rawValue: entry.kind) {
        case .withdrawal, .transfer: drawnFen[key, default: 0] += sign * entry.bookedFen
        case .remittance, .payback: drawnFen[key, default: 0] -= sign * entry.bookedFen
        case .payment, .sale, nil: break
        }
    }
}

/// A call that the simulator does not carry out.
struct SimulatorFault: Error {
    let status: Int
    let code: String
    let detail: String
}
