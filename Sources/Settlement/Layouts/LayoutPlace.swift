import StrictJSON

/// Where a value stands in a line.
enum LayoutPlace: Hashable, Sendable {
    /// The index of a column, from 0.
    case column(Int)
    /// Bytes of the line in the encoding of the file, from 0.
    case bytes(Range<Int>)
}

/// What a layout may say about places: the columns of a table, or the bytes of a record.
struct LayoutColumns {
    enum Kind: String, CaseIterable {
        case csv
        case fixedWidth = "fixed_width"
    }

    let kind: Kind
    /// The names of the header, where there is one.
    var names: [String] = []
    /// How many columns there are, where that is known.
    var count: Int?

    /// Takes the members that name a place: `name` or `number`, or `start` and `length`.
    func place(_ object: inout JSONObjectDecoder) throws(JSONError) -> LayoutPlace {
        switch kind {
        case .csv: try column(&object)
        case .fixedWidth: try bytes(&object)
        }
    }

    private func column(_ object: inout JSONObjectDecoder) throws(JSONError) -> LayoutPlace {
        let limit = count ?? LayoutLimits.maximumColumnCount
        let number = try object.optionalInteger("number", in: 1...Int64(limit))
        let name = try object.optionalString(
            "name", lengthIn: 1...LayoutLimits.maximumWordCharacterCount)
        switch (number, name) {
        case (let number?, nil): return .column(Int(number) - 1)
        case (nil, let name?):
            let places = names.indices.filter { names[$0] == name }
            guard places.count == 1 else {
                throw object.refusal(
                    of: "name", .valueNotAllowed,
                    places.isEmpty
                        ? "the header has no column of this name; copy one from it"
                        : "the header has this name more than once; give the number instead")
            }
            return .column(places[0])
        case (nil, nil), (_?, _?):
            throw object.refusal(
                of: "number", .missingName, "give the column's number or its name, one of them")
        }
    }

    private func bytes(_ object: inout JSONObjectDecoder) throws(JSONError) -> LayoutPlace {
        let limit = Int64(LayoutLimits.maximumLineByteCount)
        let start = Int(try object.integer("start", in: 1...limit))
        let length = Int(try object.integer("length", in: 1...limit))
        guard start + length <= LayoutLimits.maximumLineByteCount else {
            throw object.refusal(
                of: "length", .valueOutOfRange,
                "the field ends behind the longest line; a line has at most \(limit - 1) bytes")
        }
        return .bytes(start - 1..<start - 1 + length)
    }
}
