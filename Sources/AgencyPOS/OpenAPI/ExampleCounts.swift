import StrictJSON

/// Counts of the examples, by denomination.
extension Operations {
    /// 3,704.89 yuan.
    static let countOf370489 = count(
        (10_000, 37), (100, 4), (50, 1), (20, 1), (10, 1), (5, 1), (2, 2))
    /// 3,703.89 yuan.
    static let countOf370389 = count(
        (10_000, 37), (100, 3), (50, 1), (20, 1), (10, 1), (5, 1), (2, 2))

    static func count(_ pieces: (denominationFen: Int64, count: Int64)...) -> JSONValue {
        .array(
            pieces.map {
                ["denomination_fen": .integer($0.denominationFen), "count": .integer($0.count)]
            })
    }
}
