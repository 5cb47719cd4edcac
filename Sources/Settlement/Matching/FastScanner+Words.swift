import CivilTime

/// Words of the formats as numbers, the first letter lowest; literals cost nothing at run time.
enum FastWord {
    /// `POSTED`
    static let posted: UInt64 = 0x0000_4445_5453_4F50
    /// `REVERSED`
    static let reversed: UInt64 = 0x4445_5352_4556_4552
    /// `+08:00`
    static let offset: UInt64 = 0x0000_3030_3A38_302B
    /// `BILL_PAY`
    static let billPay: UInt64 = 0x5941_505F_4C4C_4942
    /// `_PAYMENT`
    static let payment: UInt64 = 0x544E_454D_5941_505F
    /// `TICKET_S`
    static let ticketS: UInt64 = 0x535F_5445_4B43_4954
    /// `KET_SALE`
    static let ketSale: UInt64 = 0x454C_4153_5F54_454B
    /// `WITHDRAW`
    static let withdraw: UInt64 = 0x5741_5244_4854_4957
    /// `THDRAWAL`
    static let thdrawal: UInt64 = 0x4C41_5741_5244_4854
    /// `STOCK_SA`
    static let stockSal: UInt64 = 0x4153_5F4B_434F_5453
    /// `OCK_SALE`
    static let ockSale: UInt64 = 0x454C_4153_5F4B_434F
    /// `PRIZE_PA`
    static let prizePay: UInt64 = 0x4150_5F45_5A49_5250
    /// `REMITTAN`
    static let remittan: UInt64 = 0x4E41_5454_494D_4552
    /// `MITTANCE`
    static let mittance: UInt64 = 0x4543_4E41_5454_494D
    /// `TRANSFER`
    static let transfer: UInt64 = 0x5245_4653_4E41_5254
    /// `ADJUSTME`
    static let adjustme: UInt64 = 0x454D_5453_554A_4441
    /// `JUSTMENT`
    static let justment: UInt64 = 0x544E_454D_5453_554A
    /// `********`
    static let stars: UInt64 = 0x2A2A_2A2A_2A2A_2A2A
}

extension FastScanner {
    /// What the type of a line asks of its account reference.
    enum AccountForm {
        case free
        /// Only a masked card.
        case card
        /// An account or a masked card.
        case accountOrCard
    }

    /// One of the eight words, by its length, its first and its last eight letters.
    @inline(__always)
    mutating func type(mayBeEmpty: Bool) -> AccountForm? {
        guard place.pointee != separator else {
            place += 1
            return mayBeEmpty ? .accountOrCard : nil
        }
        let first = load64(place)
        let (count, last, form): (Int, UInt64, AccountForm)
        switch first {
        case FastWord.billPay: (count, last, form) = (12, FastWord.payment, .free)
        case FastWord.ticketS: (count, last, form) = (11, FastWord.ketSale, .free)
        case FastWord.withdraw: (count, last, form) = (10, FastWord.thdrawal, .card)
        case FastWord.stockSal: (count, last, form) = (10, FastWord.ockSale, .free)
        case FastWord.prizePay: (count, last, form) = (13, FastWord.payment, .free)
        case FastWord.remittan: (count, last, form) = (10, FastWord.mittance, .accountOrCard)
        case FastWord.adjustme: (count, last, form) = (10, FastWord.justment, .free)
        case FastWord.transfer: (count, last, form) = (8, FastWord.transfer, .accountOrCard)
        case _: return nil
        }
        guard load64(place + (count - 8)) == last, place[count] == separator else {
            return nil
        }
        place += count + 1
        return form
    }

    /// An account reference of the form that the type asks for; gives its length.
    @inline(__always)
    mutating func account(type form: AccountForm, mayBeEmpty: Bool) -> Int? {
        let start = place
        let limit = SettlementDetail.maximumAccountReferenceCharacterCount
        guard let count = text(limit: limit), count > 0 || mayBeEmpty else { return nil }
        switch form {
        case .free: return count
        case .card: return Self.isMaskedCard(start, count) ? count : nil
        case .accountOrCard:
            guard !Self.isMaskedCard(start, count) else { return count }
            for index in 0..<count where start[index] == Ascii.asterisk { return nil }
            return count
        }
    }

    private static func isMaskedCard(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        count == 16 && load64(text) == FastWord.stars
            && load64(text + 4) == FastWord.stars
            && (12..<16).allSatisfy { FieldGrammar.isDigit(text[$0]) }
    }

    /// Checks a date that is not the one before, and remembers it.
    static func check(_ first: UInt64, _ last: UInt64, _ dates: inout DateMemory) -> Bool {
        func digit(_ position: Int) -> Int {
            let word = position < 8 ? first : last
            return Int(word >> (8 * (position % 8)) & 0xFF) - 0x30
        }
        let positions = [0, 1, 2, 3, 5, 6, 8, 9]
        guard positions.allSatisfy({ (0..<10).contains(digit($0)) }),
            digit(4) == 0x2D - 0x30, digit(7) == 0x2D - 0x30, digit(10) == 0x54 - 0x30,
            let date = BusinessDate(
                year: ((digit(0) * 10 + digit(1)) * 10 + digit(2)) * 10 + digit(3),
                month: digit(5) * 10 + digit(6), day: digit(8) * 10 + digit(9)),
            FieldGrammar.isWritable(date)
        else { return false }
        dates = DateMemory(first: first, last: last)
        return true
    }
}
