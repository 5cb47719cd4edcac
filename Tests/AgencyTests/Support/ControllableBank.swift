import Dispatch
import Synchronization
import Testing

@testable import Agency

/// A bank that answers when and what the test wants, also late or twice.
final class ControllableBank: BankGateway {
    /// How long a test waits for the bank to be asked, in seconds.
    static let patienceSeconds = 20.0

    private struct State {
        var asked: [BankAuthorisation] = []
        var waiting: [Int64: @Sendable (BankAnswer) -> Void] = [:]
        var reversals: [Int64] = []
    }

    /// What the bank answers at once; nothing holds the answer until the test gives it.
    private let answers: [BankAnswer]
    private let confirmsReversals: Bool
    private let state = Mutex(State())
    private let wasAsked = DispatchSemaphore(value: 0)

    init(answering answers: BankAnswer..., confirmsReversals: Bool = true) {
        self.answers = answers
        self.confirmsReversals = confirmsReversals
    }

    func authorise(
        _ request: BankAuthorisation, completion: @escaping @Sendable (BankAnswer) -> Void
    ) {
        state.withLock {
            $0.asked.append(request)
            $0.waiting[request.serial] = completion
        }
        for answer in answers { completion(answer) }
        wasAsked.signal()
    }

    func reverse(
        serial: Int64, partnerCode: String, completion: @escaping @Sendable (Bool) -> Void
    ) {
        state.withLock { $0.reversals.append(serial) }
        completion(confirmsReversals)
    }

    var asked: [BankAuthorisation] { state.withLock { $0.asked } }
    var reversals: [Int64] { state.withLock { $0.reversals } }

    /// Waits until the bank is asked once more.
    func waitUntilAsked() throws {
        try #require(wasAsked.wait(timeout: .now() + Self.patienceSeconds) == .success)
    }

    /// Gives an answer, the first or a further one.
    func answer(_ answer: BankAnswer, serial: Int64) throws {
        let completion = try #require(state.withLock { $0.waiting[serial] })
        completion(answer)
    }
}

/// One request to the withdrawal desk and all that its completion heard.
final class DeskCall: Sendable {
    private let heard = Mutex<[Result<CommandOutcome, any Error>]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func hear(_ result: Result<CommandOutcome, any Error>) {
        heard.withLock { $0.append(result) }
        arrived.signal()
    }

    /// Waits for the first outcome that has not been waited for.
    func wait() throws -> CommandOutcome {
        try #require(
            arrived.wait(timeout: .now() + ControllableBank.patienceSeconds) == .success)
        return try #require(heard.withLock { $0.last }).get()
    }

    var count: Int { heard.withLock { $0.count } }
}
