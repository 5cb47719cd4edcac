import Ledger
import SQL

/// A kind of numbered paper: what is sold by its serials, or printed on.
public struct StockItem: Sendable {
    /// What must be told to the principal before a serial is worth anything.
    public enum Activation: String, CaseIterable, Sendable {
        case none
        /// A pack when it is opened, as with scratch tickets.
        case pack
        /// Each serial when it is sold, as with SIM cards.
        case each
    }

    /// On which serials the counter pays prizes.
    public enum Prizes: String, CaseIterable, Sendable {
        case none
        /// Those that this agency sold.
        case sold
        /// Those of a pack that one of our stations opened, sold by us or not.
        case activated
    }

    public let id: ID<StockItem>
    public let code: String
    public let name: String
    /// The product that its serials are sold as; nothing for paper that is printed on.
    let product: ID<Product>?
    let format: StockFormat
    /// The price of one serial, in fen; 0 for paper.
    let faceValueFen: Int64
    let activation: Activation
    /// Whether the buyer's identity card is checked and a phone number tied to the serial.
    let needsIdentity: Bool
    let prizes: Prizes

    /// Whether each serial is tied to one person, to whom it is sold while the line is up.
    var isTiedToBuyer: Bool { needsIdentity || activation == .each }

    /// The number of a serial.
    ///
    /// - Throws: `Refusal` with `stockSerialInvalid`.
    func number(_ serial: String, field: String = "/serial") throws -> Int64 {
        guard let number = format.number(serial) else {
            throw Refusal(
                .stockSerialInvalid,
                "this is no serial of \(code): its length, prefix or check digits are wrong; "
                    + "read it again from the paper",
                zh: "该号码不是 \(code) 的票号（长度、前缀或校验位不符）；请按实物重新录入",
                field: field)
        }
        return number
    }
}

/// The stock items of a book, read once.
struct StockItems: Sendable {
    let all: [StockItem]
    private let papers: [ID<Product>: StockItem]

    static func read(_ connection: Connection) throws -> StockItems {
        let items = try connection.prepare(
            """
            SELECT item_id, code, name, product_id, prefix, digit_count, check_digits,
                face_value_fen, activation, needs_identity, prizes
            FROM stock_item ORDER BY item_id
            """
        ).all(read: StockItem.init(row:))
        let papers = try connection.prepare("SELECT product_id, item_id FROM stock_paper")
            .all { (ID<Product>($0.integer(0)), ID<StockItem>($0.integer(1))) }
        return StockItems(
            all: items,
            papers: Dictionary(
                uniqueKeysWithValues: papers.compactMap { product, paper in
                    items.first { $0.id == paper }.map { (product, $0) }
                }))
    }

    /// - Throws: `Refusal` with `unknownStockItem`.
    func item(_ code: String, field: String = "/item_id") throws -> StockItem {
        guard let item = all.first(where: { $0.code == code }) else {
            throw Refusal(
                .unknownStockItem,
                "there is no such stock item; see the item_id in GET /v1/stock",
                zh: "没有此类有价单证；请在库存列表中重新选择", field: field)
        }
        return item
    }

    /// The item with a number that the database holds.
    func item(_ id: ID<StockItem>) -> StockItem {
        guard let item = all.first(where: { $0.id == id }) else {
            preconditionFailure("stock item \(id) is in the database but was not read")
        }
        return item
    }

    /// What a stock product's serials are.
    ///
    /// - Throws: `Refusal` with `unknownStockItem`.
    func item(of product: Product) throws -> StockItem {
        guard let item = all.first(where: { $0.product == product.id }) else {
            throw Refusal(
                .unknownStockItem,
                "\(product.code) has no stock item with serials; tell the centre to configure one",
                zh: "\(product.code) 尚未配置有价单证；请联系中心配置", field: "/product_id")
        }
        return item
    }

    /// The paper that a product's tickets are printed on, or nothing.
    func paper(of product: Product) -> StockItem? { papers[product.id] }
}

extension StockItem {
    init(row: Row) throws {
        guard let checkDigits = StockFormat.CheckDigits(rawValue: row.text(6)),
            let activation = Activation(rawValue: row.text(8)),
            let prizes = Prizes(rawValue: row.text(10))
        else { throw row.damage(6, expected: "check digits, beside activation and prizes") }
        self.init(
            id: ID(row.integer(0)), code: row.text(1), name: row.text(2),
            product: row.optionalInteger(3).map { ID($0) },
            format: StockFormat(
                prefix: row.text(4), digitCount: Int(row.integer(5)), checkDigits: checkDigits),
            faceValueFen: row.integer(7), activation: activation,
            needsIdentity: row.integer(9) != 0, prizes: prizes)
    }
}
