import StrictJSON

/// Where a partner is paid.
public struct PartnerBank: Sendable, Equatable {
    public var name: String
    public var account: String
    /// In whose name the account is.
    public var holder: String

    public init(name: String, account: String, holder: String) {
        self.name = name
        self.account = account
        self.holder = holder
    }

    /// The members of settlement terms, all or none.
    init?(decodingMembersOf object: inout JSONObjectDecoder) throws(JSONError) {
        let bank = try CentreBank.members(of: &object)
        let holder = try object.optionalString(
            "account_name", lengthIn: DataFileLimits.nameCharacters)
        switch (bank, holder) {
        case (let bank?, let holder?):
            self.init(name: bank.name, account: bank.account, holder: holder)
        case (nil, nil): return nil
        case (_?, nil), (nil, _?):
            throw object.refusal(
                of: "account_name", .valueNotAllowed,
                "bank_name, bank_account and account_name go together; give all or none")
        }
    }
}

/// A centre's account at the bank.
public struct CentreBank: Sendable, Equatable {
    public var name: String
    /// The account's number, as the bank's statements tell it.
    public var account: String

    public init(name: String, account: String) {
        self.name = name
        self.account = account
    }

    /// The members of a centre, both or none.
    init?(decodingMembersOf object: inout JSONObjectDecoder) throws(JSONError) {
        guard let bank = try Self.members(of: &object) else { return nil }
        self = bank
    }

    fileprivate static func members(
        of object: inout JSONObjectDecoder
    ) throws(JSONError) -> CentreBank? {
        let name = try object.optionalString("bank_name", lengthIn: DataFileLimits.nameCharacters)
        let account = try object.optionalString(
            "bank_account", lengthIn: StatementLimits.referenceCharacters)
        switch (name, account) {
        case (let name?, let account?): return CentreBank(name: name, account: account)
        case (nil, nil): return nil
        case (_?, nil), (nil, _?):
            throw object.refusal(
                of: "bank_account", .valueNotAllowed,
                "bank_name and bank_account go together; give both or none")
        }
    }
}
