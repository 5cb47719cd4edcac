/// Who travels, or visits, at which price.
public enum FareClass: String, CaseIterable, Sendable {
    case adult, child, senior
}

/// The prices of one seat, by class; who has no price of the own class is sold none.
public struct Fares: Sendable, Equatable {
    public let adultFen: Int64
    public let childFen: Int64?
    public let seniorFen: Int64?

    public init(adultFen: Int64, childFen: Int64? = nil, seniorFen: Int64? = nil) {
        self.adultFen = adultFen
        self.childFen = childFen
        self.seniorFen = seniorFen
    }

    /// The price of a class, in fen, or nothing.
    public subscript(fareClass: FareClass) -> Int64? {
        switch fareClass {
        case .adult: adultFen
        case .child: childFen
        case .senior: seniorFen
        }
    }
}

/// Seats of one class and what each of them costs.
struct ClassSeats: Equatable {
    let fareClass: FareClass
    let seatCount: Int64
    let fareFen: Int64

    var totalFen: Int64 { seatCount * fareFen }
}

/// A request for seats by class.
public struct SeatRequest: Sendable, Equatable {
    /// All seats, the other classes' among them.
    public let seatCount: Int64
    public let childCount: Int64
    public let seniorCount: Int64

    /// Makes a request, or nothing when more seats have a class than there are.
    public init?(seatCount: Int64, childCount: Int64 = 0, seniorCount: Int64 = 0) {
        guard TicketReservation.seatCounts.contains(seatCount), childCount >= 0, seniorCount >= 0,
            childCount <= seatCount, seniorCount <= seatCount - childCount
        else { return nil }
        self.seatCount = seatCount
        self.childCount = childCount
        self.seniorCount = seniorCount
    }

    /// One seat of a class.
    static func one(_ fareClass: FareClass) -> SeatRequest {
        SeatRequest(unchecked: fareClass)
    }

    private init(unchecked fareClass: FareClass) {
        seatCount = 1
        childCount = fareClass == .child ? 1 : 0
        seniorCount = fareClass == .senior ? 1 : 0
    }

    /// How many seats of a class are wanted.
    func count(of fareClass: FareClass) -> Int64 {
        switch fareClass {
        case .adult: seatCount - childCount - seniorCount
        case .child: childCount
        case .senior: seniorCount
        }
    }

    /// The seats with their prices, classes in their order.
    ///
    /// - Throws: `Refusal` with `fareClassNotSold`.
    func priced(by fares: Fares) throws -> [ClassSeats] {
        try FareClass.allCases.compactMap { fareClass in
            let count = count(of: fareClass)
            guard count > 0 else { return nil }
            guard let fareFen = fares[fareClass] else {
                throw Refusal(
                    .fareClassNotSold,
                    "there is no \(fareClass.rawValue) fare here; sell another class",
                    zh: "此处没有该票种；请选择其他票种", field: "/\(fareClass.rawValue)_count")
            }
            return ClassSeats(fareClass: fareClass, seatCount: count, fareFen: fareFen)
        }
    }
}
