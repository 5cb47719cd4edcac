import StrictJSON

/// `stock.json`: what is sold by its serials or printed on; optional.
public struct StockFile: DataFileModel {
    /// The file's name in a data folder.
    public static let fileName = "stock.json"
    /// Kinds of numbered paper.
    public static let maximumItems = 1_000

    public var items: [Item]
    public var papers: [Paper]

    public init(items: [Item], papers: [Paper]) {
        self.items = items
        self.papers = papers
    }

    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        items = try object.models("items", maximumCount: Self.maximumItems)
        papers = try object.models("papers", maximumCount: DataFileLimits.maximumCatalogueItems)
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.rows("items", items)
        writer.rows("papers", papers)
        writer.lineBreak()
        writer.endObject()
    }

    /// A kind of numbered paper.
    public struct Item: DataFileModel {
        public var id: String
        public var name: String
        /// The product that its serials are sold as; nothing for paper that is printed on.
        public var productID: String?
        public var format: StockFormat
        /// The price of one serial; 0 for paper.
        public var faceValueFen: Int64
        public var activation: StockItem.Activation
        public var needsIdentity: Bool
        public var prizes: StockItem.Prizes

        public init(
            id: String, name: String, productID: String?, format: StockFormat,
            faceValueFen: Int64 = 0, activation: StockItem.Activation = .none,
            needsIdentity: Bool = false, prizes: StockItem.Prizes = .none
        ) {
            self.id = id
            self.name = name
            self.productID = productID
            self.format = format
            self.faceValueFen = faceValueFen
            self.activation = activation
            self.needsIdentity = needsIdentity
            self.prizes = prizes
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            name = try object.name("name")
            productID = try object.optionalIdentifier("product_id")
            let prefix = try object.string("prefix", lengthIn: StockFormat.prefixLengths)
            guard prefix.utf8.allSatisfy({ Identifier.allows($0) && $0 != UInt8(ascii: "-") })
            else {
                throw object.refusal(
                    of: "prefix", .forbiddenCharacter,
                    "a prefix has A to Z and 0 to 9 only; correct it")
            }
            format = StockFormat(
                prefix: prefix,
                digitCount: Int(try object.integer("digits", in: StockFormat.digitCounts)),
                checkDigits: try object.enumeration("check_digits"))
            faceValueFen = try object.amountFen("face_value_fen", atLeast: 0)
            activation = try object.enumeration("activation")
            needsIdentity = try object.bool("needs_identity")
            prizes = try object.enumeration("prizes")
            let isPaper = activation == .none && !needsIdentity && prizes == .none
            guard (productID == nil) == (faceValueFen == 0), productID != nil || isPaper else {
                throw object.refusal(
                    of: "face_value_fen", .valueNotAllowed,
                    "what is sold has a product and a face value, and paper has neither, nor "
                        + "activation, identity or prizes; correct one")
            }
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("name", name)
            writer.field("product_id", ifPresent: productID)
            writer.field("prefix", format.prefix)
            writer.field("digits", format.digitCount)
            writer.field("check_digits", format.checkDigits.rawValue)
            writer.field("face_value_fen", faceValueFen)
            writer.field("activation", activation.rawValue)
            writer.field("needs_identity", needsIdentity)
            writer.field("prizes", prizes.rawValue)
            writer.endObject()
        }
    }

    /// The numbered paper that a product's tickets are printed on.
    public struct Paper: DataFileModel {
        public var productID: String
        public var itemID: String

        public init(productID: String, itemID: String) {
            self.productID = productID
            self.itemID = itemID
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            productID = try object.identifier("product_id")
            itemID = try object.identifier("item_id")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("product_id", productID)
            writer.field("item_id", itemID)
            writer.endObject()
        }
    }
}

extension StockFile {
    /// Checks that ids are unique and references name something of the right kind.
    ///
    /// - Throws: `DataFileError` for the first fault in the order of the file.
    public func validate(catalogue: CatalogueFile) throws(DataFileError) {
        let file = Self.fileName
        let known = try DataFileReferences(
            items.map(\.id), noun: "stock item", file: file, array: "items")
        func products(_ kind: CatalogueFile.Product.Kind) throws(DataFileError)
            -> DataFileReferences
        {
            try DataFileReferences(
                catalogue.products.filter { $0.details.kind == kind }.map(\.id),
                noun: "\(kind.rawValue) product", file: CatalogueFile.fileName, array: "products")
        }
        let (stock, tickets) = (try products(.stock), try products(.ticket))
        _ = try DataFileReferences(
            items.compactMap(\.productID), noun: "stock item", file: file, array: "items",
            key: "product_id")
        for (index, item) in items.enumerated() {
            guard let product = item.productID else { continue }
            try stock.check(product, file: file, path: "/items/\(index)/product_id")
        }
        _ = try DataFileReferences(
            papers.map(\.productID), noun: "paper", file: file, array: "papers",
            key: "product_id")
        for (index, paper) in papers.enumerated() {
            let path = "/papers/\(index)"
            try tickets.check(paper.productID, file: file, path: path + "/product_id")
            try known.check(paper.itemID, file: file, path: path + "/item_id")
            guard items.contains(where: { $0.id == paper.itemID && $0.productID == nil }) else {
                throw DataFileError(
                    file: file, path: path + "/item_id", .inconsistent, value: paper.itemID,
                    "this item is sold and not printed on; name a paper")
            }
        }
    }
}
