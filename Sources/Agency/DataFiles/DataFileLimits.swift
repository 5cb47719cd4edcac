import CivilTime

/// The sizes that data files may have; past any of them a file is refused.
public enum DataFileLimits {
    /// Length of an identifier, in characters.
    public static let identifierCharacters = 1...24
    /// Length of a trip's id: with `/` and a date it is a settlement file's account reference.
    public static let tripIDCharacters = 1...23
    /// Length of a name of a place, a partner or a person, in characters.
    public static let nameCharacters = 1...60
    /// Length of a customer's account number, in characters.
    public static let accountNumberCharacters = 1...32
    /// Length of a customer's address, in characters.
    public static let addressCharacters = 1...120
    /// One amount: up to a hundred million yuan.
    public static let maximumAmountFen: Int64 = 10_000_000_000
    /// The most seats that one trip may sell on one day.
    public static let maximumSeats: Int64 = 10_000

    /// Centres of the network.
    public static let maximumCentres = 10_000
    /// Villages, and stations, of the network.
    public static let maximumStations = 100_000
    /// Terminals, and tills, of the network.
    public static let maximumTerminals = 500_000
    /// Users of all roles.
    public static let maximumUsers = 500_000
    /// Partners, products and contracts, each.
    public static let maximumCatalogueItems = 10_000

    /// Length of one line of a table, line feed included, in bytes.
    public static let maximumLineBytes = 4_096
}
