import CivilTime
import Dispatch
import Foundation
import StrictJSON
import Synchronization

/// The program's log: one JSON object a line, written by a thread of its own.
///
/// No card number, PIN, secret or personal data goes in: callers pass numbers, codes and error
/// texts, which hold none.
final class Log: Sendable {
    /// How much is worth a line.
    enum Level: Int, CaseIterable, Sendable {
        case debug, info, warning, error

        init?(name: String) {
            guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = level
        }

        var name: String { "\(self)" }
    }

    /// Bytes that may wait for a slow reader of the log; lines beyond are dropped and counted.
    static let maximumWaitingBytes = 16 << 20

    private struct Waiting {
        var bytes: [UInt8] = []
        var droppedLines = 0
        var isWriterWaiting = false
        var isEnding = false
    }

    private let level: Level
    private let descriptor: Int32
    private let waiting = Mutex(Waiting())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter descriptor: where the lines go; standard error unless a test says otherwise.
    init(level: Level, descriptor: Int32 = STDERR_FILENO) {
        self.level = level
        self.descriptor = descriptor
        let thread = Thread { [self] in writeUntilEnded() }
        thread.name = "log"
        thread.start()
    }

    func info(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        add(.info, message, fields)
    }

    func warning(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        add(.warning, message, fields)
    }

    func error(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        add(.error, message, fields)
    }

    /// Whether lines of a level are written at all.
    func isOn(_ level: Level) -> Bool { level.rawValue >= self.level.rawValue }

    /// Adds a line whose further members `members` writes.
    func add(
        _ level: Level, _ message: String, members: (inout JSONWriter) -> Void
    ) {
        guard isOn(level) else { return }
        var writer = JSONWriter(reservedBytes: 256)
        writer.beginObject()
        writer.field("time_ms", Instant.now.millisecondsSinceEpoch)
        writer.field("level", level.name)
        writer.field("message", message)
        members(&writer)
        writer.endObject()
        enqueue(writer.bytes)
    }

    /// Writes what waits and ends the thread.
    func end() {
        waiting.withLock { $0.isEnding = true }
        wake.signal()
        ended.wait()
        ended.signal()
    }

    private func add(
        _ level: Level, _ message: String, _ fields: KeyValuePairs<String, String>
    ) {
        add(level, message) { writer in
            for (name, value) in fields {
                writer.key(escaping: name)
                writer.string(value)
            }
        }
    }

    private func enqueue(_ line: [UInt8]) {
        let mustWake = waiting.withLock { waiting in
            guard waiting.bytes.count + line.count < Self.maximumWaitingBytes else {
                waiting.droppedLines += 1
                return false
            }
            waiting.bytes.append(contentsOf: line)
            waiting.bytes.append(0x0A)
            defer { waiting.isWriterWaiting = false }
            return waiting.isWriterWaiting
        }
        if mustWake { wake.signal() }
    }

    private func writeUntilEnded() {
        while true {
            let (bytes, dropped, isEnding) = waiting.withLock { waiting in
                defer {
                    waiting.bytes = []
                    waiting.droppedLines = 0
                    waiting.isWriterWaiting = true
                }
                return (waiting.bytes, waiting.droppedLines, waiting.isEnding)
            }
            if bytes.isEmpty && dropped == 0 {
                if isEnding { break }
                wake.wait()
                // Lines that come close together share one write.
                if !isEnding { usleep(2_000) }
                continue
            }
            write(bytes)
            if dropped > 0 { warning("log lines were dropped", ["count": String(dropped)]) }
        }
        ended.signal()
    }

    private func write(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(
                    descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                // Nobody reads the log any more; serving goes on.
                return
            }
            written += count
        }
    }
}
