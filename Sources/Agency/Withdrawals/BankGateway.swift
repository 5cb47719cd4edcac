import Dispatch

/// What a bank is asked to approve.
public struct BankAuthorisation: Sendable {
    /// Our serial number; the bank knows the withdrawal by it.
    public let serial: Int64
    public let partnerCode: String
    /// The whole card number, which goes to the bank and nowhere else.
    public let cardNumber: String
    /// The customer's PIN as the terminal's PIN pad encrypted it for the bank.
    public let encryptedPINBlock: String
    public let amountFen: Int64
}

/// What a bank said, or that it said nothing.
public enum BankAnswer: Sendable, Equatable {
    case approved(reference: String)
    case declined(reason: String)
    /// Nothing came within the gateway's time limit; the bank may or may not have booked.
    case noAnswer
}

/// The line to a bank. Calls return at once; each completion is called exactly once, in time.
public protocol BankGateway: Sendable {
    /// Asks the bank to approve a withdrawal.
    func authorise(
        _ request: BankAuthorisation, completion: @escaping @Sendable (BankAnswer) -> Void)

    /// Tells the bank to undo a withdrawal, whether or not it booked it; safe to repeat.
    ///
    /// `completion` hears whether the bank confirmed.
    func reverse(
        serial: Int64, partnerCode: String, completion: @escaping @Sendable (Bool) -> Void)
}

/// A bank for demonstrations and tests, whose answer follows from the card number's end.
///
/// | card ends in | the bank |
/// |---|---|
/// | 0051 | declines: insufficient funds |
/// | 0055 | declines: wrong PIN |
/// | 0068 | does not answer |
/// | anything else | approves |
public struct SandboxBank: BankGateway {
    /// How long the gateway waits for the bank, in milliseconds.
    public static let usualTimeoutMilliseconds = 2_000

    let timeoutMilliseconds: Int
    let silentOrders = SilentOrders()
    let line = DispatchQueue(label: "sandbox-bank", attributes: .concurrent)

    public init(timeoutMilliseconds: Int = SandboxBank.usualTimeoutMilliseconds) {
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    public func authorise(
        _ request: BankAuthorisation, completion: @escaping @Sendable (BankAnswer) -> Void
    ) {
        let reference = "B" + Receipt.serialText(request.serial)
        switch request.cardNumber.suffix(4) {
        case "0051": line.async { completion(.declined(reason: "insufficient funds")) }
        case "0055": line.async { completion(.declined(reason: "wrong PIN")) }
        case "0068":
            line.asyncAfter(deadline: .now() + .milliseconds(timeoutMilliseconds)) {
                completion(.noAnswer)
            }
        case _:
            line.async { completion(.approved(reference: reference)) }
        }
    }

    public func reverse(
        serial: Int64, partnerCode: String, completion: @escaping @Sendable (Bool) -> Void
    ) {
        line.async { completion(true) }
    }
}
