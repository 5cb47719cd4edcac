import Foundation
import PartnerAPI
import Synchronization

/// A partner for demonstrations and tests: its answer follows from the end of a number.
///
/// The number is the card of a withdrawal, the account that a remittance or a transfer is for, the
/// account of a payment or of a card that is sold, and for another sale or a payback `00` with the
/// amount's last two digits.
///
/// | ends in | the partner |
/// |---|---|
/// | 0051 | refuses: insufficient funds |
/// | 0055 | refuses: wrong PIN |
/// | 0067 | does not answer, and did not book |
/// | 0068 | does not answer, and booked |
/// | anything else | books |
///
/// It keeps in memory what it booked, and knows nothing of it after a restart.
public final class SandboxPartner: PartnerGateway {
    /// How long it keeps its caller waiting where it does not answer, in milliseconds.
    public static let usualTimeoutMilliseconds = 2_000
    /// The most serials that are remembered.
    static let maximumCount = 100_000

    /// Why it refuses.
    enum Reason: String, CaseIterable {
        case insufficientFunds = "insufficient funds"
        case wrongPIN = "wrong PIN"
        case reversed = "it was reversed before"

        var chinese: String {
            switch self {
            case .insufficientFunds: "余额不足"
            case .wrongPIN: "密码错误"
            case .reversed: "此前已冲正"
            }
        }
    }

    /// What it will do with a number.
    private enum Behaviour {
        case book, refuse(Reason), loseRequest, loseAnswer

        init(_ number: String) {
            switch number.suffix(4) {
            case "0051": self = .refuse(.insufficientFunds)
            case "0055": self = .refuse(.wrongPIN)
            case "0067": self = .loseRequest
            case "0068": self = .loseAnswer
            case _: self = .book
            }
        }
    }

    private struct Memory {
        var booked: [String: PartnerBooking] = [:]
        var reversed: Set<String> = []
    }

    private let timeoutMilliseconds: Int
    private let memory = Mutex(Memory())

    public init(timeoutMilliseconds: Int = SandboxPartner.usualTimeoutMilliseconds) {
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    public func inquire(_ inquiry: PartnerInquiry) -> PartnerInquiryAnswer {
        switch inquiry.kind {
        case .bills: return .bills(PartnerBills(customerName: "*", bills: []))
        case .offers: return .offers([])
        case .balance:
            switch Behaviour(inquiry.account) {
            case .refuse(let reason):
                return .refused(PartnerRefusal(code: "declined", reason: reason.rawValue))
            case .loseRequest, .loseAnswer: return .unanswered(silence())
            case .book:
                let availableFen = 100_000 + (Int64(inquiry.account.suffix(4)) ?? 0) * 100
                return .balance(
                    PartnerBalance(
                        customerName: "*", balanceFen: availableFen, availableFen: availableFen))
            }
        }
    }

    public func post(_ post: PartnerPost) -> PartnerPostAnswer {
        let serial = post.serial.text
        let isReversed = memory.withLock { $0.reversed.contains(serial) }
        guard !isReversed else {
            return .refused(
                PartnerRefusal(code: "reversed", reason: Reason.reversed.rawValue))
        }
        switch Behaviour(Self.number(of: post)) {
        case .refuse(let reason):
            return .refused(PartnerRefusal(code: "declined", reason: reason.rawValue))
        case .loseRequest: return .unknown(silence())
        case .loseAnswer:
            _ = book(post)
            return .unknown(silence())
        case .book: return .booked(book(post))
        }
    }

    public func query(_ query: PartnerQuery) -> PartnerQueryAnswer {
        let serial = query.serial.text
        return memory.withLock { memory in
            if memory.reversed.contains(serial) { return .reversed }
            return memory.booked[serial].map { .booked($0) } ?? .notFound
        }
    }

    public func reverse(_ reversal: PartnerReversal) -> PartnerReversalAnswer {
        memory.withLock { memory in
            memory.booked[reversal.serial.text] = nil
            if memory.reversed.count < Self.maximumCount {
                memory.reversed.insert(reversal.serial.text)
            }
        }
        return .reversed
    }

    private static func number(of post: PartnerPost) -> String {
        switch post.kind {
        case .payment: post.account
        case .withdrawal: post.card?.number ?? ""
        case .remittance, .transfer: post.targetAccount ?? ""
        case .sale where !post.account.isEmpty: post.account
        case .sale, .payback: "00" + String(100 + post.amountFen % 100).suffix(2)
        }
    }

    private func book(_ post: PartnerPost) -> PartnerBooking {
        let count = post.lines.reduce(0) { $0 + $1.quantity }
        let booking = PartnerBooking(
            reference: "S" + post.serial.text, amountFen: post.amountFen,
            tickets: post.kind == .sale
                ? (1...max(count, 1)).map { "E\(post.serial.text)-\($0)" } : [])
        memory.withLock { memory in
            if memory.booked.count < Self.maximumCount {
                memory.booked[post.serial.text] = booking
            }
        }
        return booking
    }

    private func silence() -> PartnerFailure {
        usleep(UInt32(timeoutMilliseconds) * 1_000)
        return PartnerFailure(kind: .timeout, detail: "the sandbox partner keeps silent")
    }
}
