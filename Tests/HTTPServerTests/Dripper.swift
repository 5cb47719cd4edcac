import Glibc
import Synchronization

@testable import HTTPServer

/// Sends a little every tenth of a second, from a thread of its own.
final class Dripper: Sendable {
    private static let pauseMicroseconds: UInt32 = 100_000
    private let isStopped: StopFlag
    private let thread: NamedThread

    private final class StopFlag: Sendable {
        let value = Atomic(false)
    }

    init(_ text: String, to client: RawClient) throws {
        let isStopped = StopFlag()
        self.isStopped = isStopped
        thread = try NamedThread(name: "dripper") {
            while !isStopped.value.load(ordering: .relaxed) {
                client.send(text)
                usleep(Dripper.pauseMicroseconds)
            }
        }
    }

    func stop() {
        isStopped.value.store(true, ordering: .relaxed)
        thread.join()
    }
}
