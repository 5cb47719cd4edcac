import Cryptography
import Foundation
import PartnerAPI
import StrictJSON

/// The customers and the goods of a simulated partner, from a file or made up from a seed.
struct SimulatorAccounts: Sendable {
    struct Key: Hashable, Sendable {
        let product: String
        let account: String
    }

    struct Account: Sendable {
        var customerName: String
        var bills: [PartnerBill]
        var balanceFen: Int64
        /// Whether a payment gives a token.
        var isPrepaid: Bool
    }

    /// The most accounts and offers in a file.
    static let maximumCount = 100_000
    /// What an account of no file holds, in fen.
    static let madeUpBalanceFen: Int64 = 1_000_000

    /// Nil without a file: then every account exists.
    private let accounts: [Key: Account]?
    private let offers: [String: [PartnerOffer]]
    private let seed: UInt64

    /// Accounts and offers that are made up as they are asked for.
    init(seed: UInt64) {
        self.seed = seed
        accounts = nil
        offers = [:]
    }

    /// The accounts of a file.
    ///
    /// - Throws: `CommandError` that names the file and the field.
    init(path: String, seed: UInt64) throws {
        self.seed = seed
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(
                message: "\(path) cannot be read; name the file of accounts", code: .unusable)
        }
        do throws(JSONError) {
            var object = try JSONObjectDecoder(
                StrictJSONParser.parse([UInt8](data), limits: .dataFile))
            var accounts: [Key: Account] = [:]
            for var entry in try object.objects("accounts", maximumCount: Self.maximumCount) {
                let (key, account) = try Self.account(&entry)
                accounts[key] = account
            }
            var offers: [String: [PartnerOffer]] = [:]
            for var entry in try object.objects("offers", maximumCount: Self.maximumCount) {
                let product = try entry.string("product", lengthIn: PartnerLimits.identifiers)
                offers[product, default: []].append(try PartnerOffer(from: &entry))
                try entry.finish()
            }
            try object.finish()
            self.accounts = accounts
            self.offers = offers
        } catch {
            throw CommandError(message: "\(path): \(error.message)", code: .unusable)
        }
    }

    private static func account(
        _ entry: inout JSONObjectDecoder
    ) throws(JSONError) -> (Key, Account) {
        let key = Key(
            product: try entry.string("product", lengthIn: PartnerLimits.identifiers),
            account: try entry.string("account", lengthIn: PartnerLimits.identifiers))
        let name = try entry.string("customer_name", lengthIn: PartnerLimits.texts)
        let balance = try entry.optionalInteger(
            "balance_fen", in: PartnerLimits.amountsOrZeroFen)
        let isPrepaid = try entry.optionalBool("prepaid") ?? false
        var bills: [PartnerBill] = []
        for var bill in try entry.objects("bills", maximumCount: PartnerLimits.maximumItems) {
            bills.append(try PartnerBill(from: &bill))
            try bill.finish()
        }
        try entry.finish()
        return (
            key,
            Account(
                customerName: name, bills: bills, balanceFen: balance ?? 0, isPrepaid: isPrepaid)
        )
    }

    /// An account, if there is one.
    func account(product: String, account: String) -> Account? {
        if let accounts { return accounts[Key(product: product, account: account)] }
        guard !account.isEmpty else { return nil }
        let number = Self.number(seed, product, account)
        let bill = PartnerBill(
            reference: "B-\(product)-\(account)".prefixText(64), period: "2026-11",
            amountFen: Int64(1_000 + number % 29_000), lateFeeFen: Int64(number >> 32 & 1) * 150,
            dueDate: nil)
        return Account(
            customerName: "*户\(number % 1_000)", bills: [bill],
            balanceFen: Self.madeUpBalanceFen, isPrepaid: product.contains("PREPAID"))
    }

    /// Whether accounts come from a file, so that others do not exist.
    var areListed: Bool { accounts != nil }

    /// What a product offers, with nothing sold yet: of the date and the places that are asked for.
    ///
    /// - Parameter question: the inquiry's details.
    func offers(product: String, _ question: [PartnerDetail] = []) -> [PartnerOffer] {
        let asked = Dictionary(question.map { ($0.name, $0.value) }) { first, _ in first }
        guard accounts == nil else {
            return (offers[product] ?? []).filter { offer in
                Self.filters.allSatisfy { name in
                    let told = offer.details.first { $0.name == name }?.value
                    return told == nil || asked[name] == nil || told == asked[name]
                }
            }
        }
        let day = asked["date"].map { "-" + $0.filter { $0 != "-" } } ?? ""
        return (1...Self.madeUpOfferCount).map { number in
            let details = [
                ("departs", "0\(7 + number):05"), ("from", asked["from"] ?? "清川"),
                ("to", asked["to"] ?? "省城"), ("child_price_fen", String(number * 2_500)),
            ]
            return PartnerOffer(
                reference: "O-\(product)\(day)-\(number)".prefixText(64),
                title: "第\(number)班", priceFen: Int64(number) * 5_000,
                available: Self.madeUpSeatCount,
                details: details.map { PartnerDetail(name: $0.0, value: $0.1) })
        }
    }

    /// The offer that a line of a sale names, whichever its fare class; nothing for none.
    ///
    /// Without a file every offer exists.
    func offer(product: String, line reference: String) -> PartnerOffer? {
        let reference = Self.offerReference(reference)
        guard accounts == nil else {
            return offers[product]?.first { $0.reference == reference }
        }
        return PartnerOffer(
            reference: reference, title: "", priceFen: 0, available: Self.madeUpSeatCount)
    }

    /// A line's reference without the fare class.
    static func offerReference(_ reference: String) -> String {
        for suffix in ["/child", "/senior"] where reference.hasSuffix(suffix) {
            return String(reference.dropLast(suffix.count))
        }
        return reference
    }

    private static let filters = ["date", "from", "to"]
    private static let madeUpOfferCount = 2
    private static let madeUpSeatCount: Int64 = 20

    /// A number that follows from a seed and texts.
    static func number(_ seed: UInt64, _ texts: String...) -> UInt64 {
        let digest = SHA256.hash("\(seed)|" + texts.joined(separator: "|"))
        return digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension String {
    fileprivate func prefixText(_ count: Int) -> String { String(prefix(count)) }
}
