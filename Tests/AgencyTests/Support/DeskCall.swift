import Dispatch
import Synchronization
import Testing

@testable import Agency

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
            arrived.wait(timeout: .now() + ControllablePartner.patienceSeconds) == .success)
        return try #require(heard.withLock { $0.last }).get()
    }

    var count: Int { heard.withLock { $0.count } }
}
