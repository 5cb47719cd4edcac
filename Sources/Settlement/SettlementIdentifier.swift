/// The name of an agency, a partner, a key or a transaction, safe in a line and in a file name.
///
/// ASCII letters, digits and hyphens, not beginning with a hyphen.
public struct SettlementIdentifier: Hashable, Sendable {
    /// The most characters of an identifier, which are bytes too.
    public static let maximumCharacterCount = 32

    /// The identifier as written.
    public let text: String

    /// Takes a valid identifier, or gives nothing.
    public init?(_ text: some StringProtocol) {
        do {
            self = try FieldGrammar.identifier(text.utf8)
        } catch {
            return nil
        }
    }

    /// For the grammar only, which has checked the text.
    init(checked text: String) {
        self.text = text
    }
}

extension SettlementIdentifier: CustomStringConvertible {
    public var description: String { text }
}
