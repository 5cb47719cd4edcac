import Agency
import Foundation

/// Keeps a copy of a book up to date until a signal ends it.
enum FollowCommand: Command {
    static let name = "follow"
    static let abstract = "keep a copy of the book up to date, every so many seconds"
    static let discussion = """
        agencypos follow FILE [--every SECONDS]

        FILE is a complete backup at every moment, as restore takes it; its time tells when it
        last was up to date. FILE.spare beside it is the copy before. A round reads the whole book
        and writes the pages that differ; without a payment in between it does nothing. SIGTERM
        or SIGINT ends it. A round that fails is told on standard error and tried again.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--every", value: "SECONDS", help: "from round to round, 1 to 86400 (default: 60)"
        ),
    ]

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1 else {
            throw CommandError.usage("name one file to keep up to date; see --help")
        }
        let seconds = try arguments.integer("--every", default: 60, in: 1...86_400)
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let signals = ShutdownSignals()
        let follower = try BookFollower(folder, to: arguments.operands[0])
        // What is wrong from the beginning ends the command; later it may pass.
        var isFirst = true
        repeat {
            do {
                try tell(round(follower, signals))
            } catch BackupError.stopped {
                return
            } catch let error as BackupError where isFirst || error.isLasting {
                throw error
            } catch {
                guard !isFirst else { throw error }
                tell(failure: error)
            }
            isFirst = false
        } while !signals.wait(seconds: seconds)
    }

    private static func round(
        _ follower: BookFollower, _ signals: ShutdownSignals
    ) throws -> (BookFollower.Round, Duration) {
        let start = ContinuousClock.now
        let round = try follower.round { _, _ in
            if signals.wait(seconds: 0) { throw BackupError.stopped }
        }
        return (round, start.duration(to: .now))
    }

    private static func tell(_ result: (round: BookFollower.Round, duration: Duration)) {
        switch result.round {
        case .unchanged: break
        case .copied(let contents, let outcome):
            let entries = contents.map { "\($0.entryCount) entries" } ?? "another schema"
            print(
                "copied: \(entries), \(outcome.writtenPages) of \(outcome.pageCount) pages "
                    + "written, \(Int(result.duration / .milliseconds(1))) ms")
            fflush(nil)
        }
    }

    private static func tell(failure error: any Error) {
        let line = "agencypos: the copy was not brought up to date: \(error)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }
}

extension BackupError {
    /// Whether trying again is of no use.
    fileprivate var isLasting: Bool {
        switch self {
        case .otherBook, .ahead: true
        case .exists, .inUse, .besideBook, .unusable, .notABook, .unsound, .folderNotEmpty,
            .keyMissing,
            .otherKeyPresent, .stopped:
            false
        }
    }
}
