import StrictJSON

/// `catalogue.json`: the partners, their products, and the contracts with fee and commission.
public struct CatalogueFile: DataFileModel {
    /// The file's name in a data folder.
    public static let fileName = "catalogue.json"

    public var partners: [Partner]
    public var products: [Product]
    public var contracts: [Contract]
    public var settlementTerms: [SettlementTermsRow]

    public init(
        partners: [Partner], products: [Product], contracts: [Contract],
        settlementTerms: [SettlementTermsRow] = []
    ) {
        self.partners = partners
        self.products = products
        self.contracts = contracts
        self.settlementTerms = settlementTerms
    }

    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        let maximumCount = DataFileLimits.maximumCatalogueItems
        partners = try object.models("partners", maximumCount: maximumCount)
        products = try object.models("products", maximumCount: maximumCount)
        contracts = try object.models("contracts", maximumCount: maximumCount)
        settlementTerms = try object.modelsIfPresent(
            "settlement_terms", maximumCount: maximumCount)
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.rows("partners", partners)
        writer.rows("products", products)
        writer.rows("contracts", contracts)
        if !settlementTerms.isEmpty { writer.rows("settlement_terms", settlementTerms) }
        writer.lineBreak()
        writer.endObject()
    }

    /// Who is behind a product, and settles with the agency.
    public struct Partner: DataFileModel {
        public enum Kind: String, CaseIterable, Sendable {
            case biller
            case ticketPrincipal = "ticket_principal"
            case bank
        }

        public var id: String
        public var name: String
        public var kind: Kind

        public init(id: String, name: String, kind: Kind) {
            self.id = id
            self.name = name
            self.kind = kind
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            name = try object.name("name")
            kind = try object.enumeration("kind")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("name", name)
            writer.field("kind", kind.rawValue)
            writer.endObject()
        }
    }
}
