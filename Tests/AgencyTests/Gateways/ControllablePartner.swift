import Dispatch
import PartnerAPI
import Synchronization
import Testing

@testable import Agency

/// A partner with a book of its own that answers, or keeps silent, as the test wants.
final class ControllablePartner: PartnerGateway {
    /// How long a test waits for the partner to be asked, and the partner for the test, in seconds.
    static let patienceSeconds = 20.0

    /// What it does with a post.
    enum Post: Sendable, CaseIterable {
        case book
        /// Books, and no answer arrives.
        case bookSilently
        /// The request is lost.
        case lose
        case refuse
        /// The request is certainly not sent.
        case notSent
        /// Books one fen more, and says so.
        case bookMore
        /// Books one fen more, and no answer arrives.
        case bookMoreSilently
    }

    /// What it does with a query or a reversal.
    enum Question: Sendable, CaseIterable {
        case truth, silence, inProgress, refuse
    }

    private struct State {
        var post = Post.book
        var postsByAccount: [String: Post] = [:]
        var isHeld = false
        var query = Question.truth
        var reversal = Question.truth
        var booked: [String: Int64] = [:]
        var reversed: Set<String> = []
        var refused: Set<String> = []
        var posts: [PartnerPost] = []
        var queries = 0
        var reversedSerials: [String] = []
        var bills = PartnerBills(customerName: "张*", bills: [])
        var offers: [PartnerOffer] = []
        var inquiries: [PartnerInquiry] = []
        var tickets: [String] = []
    }

    static let balance = PartnerBalance(
        customerName: "王*", balanceFen: 5_000, availableFen: 4_321)
    private static let silence = PartnerFailure(kind: .timeout, detail: "no answer in time")

    private let state = Mutex(State())
    private let wasAsked = DispatchSemaphore(value: 0)
    private let released = DispatchSemaphore(value: 0)

    /// A line of its own to the partner, which repeats nothing and never leaves it alone.
    func line(_ code: String) throws -> PartnerLine {
        var configuration = PartnerLineConfiguration()
        configuration.maximumAttempts = 1
        configuration.failuresToOpen = 1_000
        return try PartnerLine(name: code, gateway: self, configuration: configuration)
    }

    func set(_ post: Post) { state.withLock { $0.post = post } }
    /// What it does with the posts for one account.
    func set(_ post: Post, account: String) {
        state.withLock { $0.postsByAccount[account] = post }
    }

    /// Holds the answers to posts back until they are released.
    func hold() { state.withLock { $0.isHeld = true } }
    /// Has the post that is held answered.
    func release() {
        state.withLock { $0.isHeld = false }
        released.signal()
    }
    /// Waits until one more post has come.
    func waitUntilAsked() throws {
        try #require(wasAsked.wait(timeout: .now() + Self.patienceSeconds) == .success)
    }
    func set(query: Question) { state.withLock { $0.query = query } }
    func set(reversal: Question) { state.withLock { $0.reversal = reversal } }
    func set(_ bills: [PartnerBill]) { state.withLock { $0.bills.bills = bills } }
    func set(_ offers: [PartnerOffer]) { state.withLock { $0.offers = offers } }
    /// The numbers that it gives to the tickets of each booking.
    func set(tickets: [String]) { state.withLock { $0.tickets = tickets } }
    /// Corrects what was booked, as the partner's own staff would.
    func correct(_ serial: String, amountFen: Int64) {
        state.withLock { $0.booked[serial] = amountFen }
    }

    /// Loses a booking, as a partner that was restored from a copy has.
    func forget(_ serial: String) { state.withLock { $0.booked[serial] = nil } }

    /// The serials that it was asked to reverse, each time.
    var reversedSerials: [String] { state.withLock { $0.reversedSerials } }

    var inquiries: [PartnerInquiry] { state.withLock { $0.inquiries } }
    var posts: [PartnerPost] { state.withLock { $0.posts } }
    var booked: [String: Int64] { state.withLock { $0.booked } }
    var questions: (queries: Int, reversals: Int) {
        state.withLock { ($0.queries, $0.reversedSerials.count) }
    }

    func inquire(_ inquiry: PartnerInquiry) -> PartnerInquiryAnswer {
        state.withLock { state in
            state.inquiries.append(inquiry)
            switch state.query {
            case .truth:
                switch inquiry.kind {
                case .bills: return .bills(state.bills)
                case .offers: return .offers(state.offers)
                case .balance: return .balance(Self.balance)
                }
            case .silence, .inProgress: return .unanswered(Self.silence)
            case .refuse:
                return .refused(PartnerRefusal(code: "unknown_account", reason: "no account"))
            }
        }
    }

    func post(_ post: PartnerPost) -> PartnerPostAnswer {
        let isHeld = state.withLock { state in
            state.posts.append(post)
            return state.isHeld
        }
        wasAsked.signal()
        if isHeld, released.wait(timeout: .now() + Self.patienceSeconds) == .timedOut {
            return .unknown(Self.silence)
        }
        return state.withLock { state in
            let serial = post.serial.text
            let behaviour = state.postsByAccount[post.account] ?? state.post
            switch behaviour {
            case .book, .bookSilently:
                state.booked[serial] = post.amountFen
            case .bookMore, .bookMoreSilently:
                state.booked[serial] = post.amountFen + 1
            case .refuse: state.refused.insert(serial)
            case .lose, .notSent: break
            }
            switch behaviour {
            case .book: return .booked(booking(serial, state))
            case .bookMore: return .disagreed(booking(serial, state))
            case .bookSilently, .bookMoreSilently, .lose: return .unknown(Self.silence)
            case .refuse: return .refused(PartnerRefusal(code: "closed", reason: "meter closed"))
            case .notSent:
                return .notSent(PartnerFailure(kind: .connection, detail: "no connection"))
            }
        }
    }

    func query(_ query: PartnerQuery) -> PartnerQueryAnswer {
        state.withLock { state in
            state.queries += 1
            let serial = query.serial.text
            switch state.query {
            case .silence: return .unanswered(Self.silence)
            case .inProgress: return .inProgress
            case .refuse: return .refused(PartnerRefusal(code: "closed", reason: "meter closed"))
            case .truth: break
            }
            if state.reversed.contains(serial) { return .reversed }
            if state.refused.contains(serial) {
                return .refused(PartnerRefusal(code: "closed", reason: "meter closed"))
            }
            guard let amountFen = state.booked[serial] else { return .notFound }
            return amountFen == query.amountFen
                ? .booked(booking(serial, state)) : .disagreed(booking(serial, state))
        }
    }

    func reverse(_ reversal: PartnerReversal) -> PartnerReversalAnswer {
        state.withLock { state in
            state.reversedSerials.append(reversal.serial.text)
            switch state.reversal {
            case .silence, .inProgress: return .unanswered(Self.silence)
            case .refuse: return .refused(PartnerRefusal(code: "used", reason: "token used"))
            case .truth: break
            }
            state.booked[reversal.serial.text] = nil
            state.reversed.insert(reversal.serial.text)
            return .reversed
        }
    }

    private func booking(_ serial: String, _ state: State) -> PartnerBooking {
        PartnerBooking(
            reference: "P-\(serial)", amountFen: state.booked[serial] ?? 0,
            token: "1234-5678-9012", tickets: state.tickets)
    }
}

/// A timer that runs what it was given when the test says so.
final class ManualTimer: Sendable {
    private let waiting = Mutex<[(milliseconds: Int, work: @Sendable () -> Void)]>([])
    private let arrived = DispatchSemaphore(value: 0)

    var timer: PartnerDesk.Timer {
        { [self] milliseconds, work in
            waiting.withLock { $0.append((milliseconds, work)) }
            arrived.signal()
        }
    }

    /// Waits for the next piece of work and gives it with its pause; the caller runs it.
    func next() throws -> (milliseconds: Int, work: @Sendable () -> Void) {
        try #require(
            arrived.wait(timeout: .now() + ControllablePartner.patienceSeconds) == .success)
        return waiting.withLock { $0.removeFirst() }
    }
}

/// One payment at the desk and what its completion heard.
final class PaymentCall: Sendable {
    private let heard = Mutex<[Result<PaymentOutcome, any Error>]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func hear(_ result: Result<PaymentOutcome, any Error>) {
        heard.withLock { $0.append(result) }
        arrived.signal()
    }

    func wait() throws -> PaymentOutcome {
        try #require(
            arrived.wait(timeout: .now() + ControllablePartner.patienceSeconds) == .success)
        return try #require(heard.withLock { $0.last }).get()
    }
}

/// One question at the desk and what its completion heard.
final class Heard: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)
    private let arrived = DispatchSemaphore(value: 0)

    func hear(_ answer: Result<Void, any Error>) {
        result.withLock { $0 = answer }
        arrived.signal()
    }

    func wait() throws {
        try #require(
            arrived.wait(timeout: .now() + ControllablePartner.patienceSeconds) == .success)
        try #require(result.withLock { $0 }).get()
    }
}
