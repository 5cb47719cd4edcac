import StrictJSON

/// A commission as `catalogue.json` writes it.
extension CommissionRule: DataFileModel {
    /// The most bands of a rule.
    static let maximumBandCount = 20
    /// All of an amount, in parts per million.
    static let wholePartsPerMillion: Int64 = 1_000_000

    private enum Kind: String, CaseIterable {
        case flat, rate, bands
    }

    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        switch try object.enumeration("kind", Kind.self) {
        case .flat: self = .flat(fen: try object.amountFen("flat_fen", atLeast: 0))
        case .rate:
            let rate = try object.integer("rate_ppm", in: 0...Self.wholePartsPerMillion)
            let bounds = try Self.bounds(&object)
            self = .rate(
                partsPerMillion: rate, minimumFen: bounds.lowerBound,
                maximumFen: bounds.upperBound)
        case .bands:
            let bands: [CommissionBand] = try object.models(
                "bands", maximumCount: Self.maximumBandCount)
            let starts = bands.map(\.fromFen)
            guard starts.first == 0, zip(starts, starts.dropFirst()).allSatisfy(<) else {
                throw object.refusal(
                    of: "bands", .valueNotAllowed,
                    "bands begin at from_fen 0 and each later one higher; put them in order")
            }
            let bounds = try Self.bounds(&object)
            self = .bands(bands, minimumFen: bounds.lowerBound, maximumFen: bounds.upperBound)
        }
        try object.finish()
    }

    private static func bounds(
        _ object: inout JSONObjectDecoder
    ) throws(JSONError) -> ClosedRange<Int64> {
        let minimumFen = try object.amountFen("minimum_fen", atLeast: 0)
        return minimumFen...(try object.amountFen("maximum_fen", atLeast: minimumFen))
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .flat(let fen):
            writer.field("kind", Kind.flat.rawValue)
            writer.field("flat_fen", fen)
        case .rate(let partsPerMillion, let minimumFen, let maximumFen):
            writer.field("kind", Kind.rate.rawValue)
            writer.field("rate_ppm", partsPerMillion)
            writer.field("minimum_fen", minimumFen)
            writer.field("maximum_fen", maximumFen)
        case .bands(let bands, let minimumFen, let maximumFen):
            writer.field("kind", Kind.bands.rawValue)
            writer.key("bands")
            writer.beginArray()
            for band in bands { band.encode(to: &writer) }
            writer.endArray()
            writer.field("minimum_fen", minimumFen)
            writer.field("maximum_fen", maximumFen)
        }
        writer.endObject()
    }
}

extension CommissionBand: DataFileModel {
    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        self.init(
            fromFen: try object.amountFen("from_fen", atLeast: 0),
            flatFen: try object.amountFen("flat_fen", atLeast: 0),
            ratePartsPerMillion: try object.integer(
                "rate_ppm", in: 0...CommissionRule.wholePartsPerMillion))
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("from_fen", fromFen)
        writer.field("flat_fen", flatFen)
        writer.field("rate_ppm", ratePartsPerMillion)
        writer.endObject()
    }
}
