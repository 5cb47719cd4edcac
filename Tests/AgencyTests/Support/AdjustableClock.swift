import CivilTime
import Synchronization
import Testing

/// A clock that stands still until a test moves it.
final class AdjustableClock: Sendable {
    private let instant: Mutex<Instant>
    private let reading: Mutex<(@Sendable () -> Void)?> = Mutex(nil)

    init(_ text: String) throws {
        instant = Mutex(try Self.instant(text))
    }

    var now: Instant {
        reading.withLock { $0 }?()
        return instant.withLock { $0 }
    }

    /// Does something whenever the time is read: in the middle of what is being tested.
    func whenRead(_ body: (@Sendable () -> Void)?) { reading.withLock { $0 = body } }

    func set(_ text: String) throws {
        let wanted = try Self.instant(text)
        instant.withLock { $0 = wanted }
    }

    func advance(milliseconds: Int64) {
        instant.withLock { $0 = $0.adding(milliseconds: milliseconds) }
    }

    /// The instant of a time in China, written `2026-11-20 09:00` with seconds if wanted.
    static func instant(_ text: String) throws -> Instant {
        let date = try #require(BusinessDate(text.prefix(10)))
        let parts = text.dropFirst(11).split(separator: ":").compactMap { Int64($0) }
        try #require((2...3).contains(parts.count))
        let seconds = parts[0] * 3_600 + parts[1] * 60 + (parts.count == 3 ? parts[2] : 0)
        return ZoneOffset.china.midnight(startOf: date).adding(milliseconds: seconds * 1_000)
    }
}
