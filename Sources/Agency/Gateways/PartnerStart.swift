import Ledger
import PartnerAPI

/// What a partner is asked first, with what it alone is told: cards and names are kept nowhere.
enum PartnerRequest: Sendable {
    case post(PartnerPost)
    case undo(PartnerReversal)
}

/// A transaction whose intent is durable: ask its partner now.
struct StartedPartnerCall: Sendable {
    let serial: Int64
    let partnerCode: String
    let request: PartnerRequest
}

/// What a command under a key came to in its first step.
enum PartnerStep {
    /// It is done without asking anyone.
    case done([UInt8])
    case asking([StartedPartnerCall])
}

/// How a command under a key started.
enum PartnerStart: Sendable {
    /// It is answered: done without asking anyone, refused, or known from an earlier request.
    case known(PaymentOutcome)
    /// Its intent is durable: ask the partners now.
    case asking([StartedPartnerCall])
}

/// What became of a payment so far.
public struct PaymentOutcome: Sendable, Equatable {
    public let outcome: CommandOutcome
    /// False while a partner's answer is awaited, or cash waits for the customer: the receipt says
    /// so, and its number stays.
    public let isSettled: Bool
}

extension PartnerSerial {
    /// A transaction's serial number as partners know it.
    init(transaction serial: Int64) {
        guard let text = PartnerSerial(Receipt.serialText(serial)) else {
            preconditionFailure("a serial number is digits")
        }
        self = text
    }
}
