import Agency
import Foundation

/// Copies a book into one file.
enum BackupCommand: Command {
    static let name = "backup"
    static let abstract = "copy the book into one file, also while a server runs"
    static let discussion = """
        agencypos backup FILE

        FILE must not exist; it appears when it is complete, checked and on the disk. It holds
        every payment that was acknowledged before the command began. It does not hold the book's
        keys/master.key: keep a copy of that in another place, for restore needs both.
        """
    static let options: [Arguments.Option] = [.data]

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1 else {
            throw CommandError.usage("name one file to write; see --help")
        }
        let path = arguments.operands[0]
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let progress = CopyProgress(verb: "copied", signals: ShutdownSignals())
        let report = try BookBackup(folder).run(to: path, progress: progress.hear)
        print("\(path): \(report.byteCount) bytes in \(progress.elapsedText) s")
        tell(report.contents)
        print("not in it: \(folder.path)/keys/master.key; keep a copy of that in another place")
    }

    /// Prints what a copy holds.
    static func tell(_ contents: BookContents?) {
        guard let contents else {
            print("its schema is of another version of this program; it was copied as it is")
            return
        }
        print(
            "\(contents.entryCount) entries"
                + (contents.lastRecordedAt.map {
                    ", the last recorded at \(contents.zone.text($0))"
                } ?? ""))
        if let root = contents.root { print("root \(root)") }
        if let seal = contents.lastSeal {
            print("last seal: \(seal.date), \(seal.treeSize) entries, root \(seal.treeRoot)")
        } else {
            print("last seal: none")
        }
    }
}

/// Tells how far a copy is, and ends it when a signal has come.
final class CopyProgress {
    /// Copies of fewer pages are done before anybody reads a line.
    private static let minimumPages: Int64 = 16_384
    private static let parts: Int64 = 10

    private let verb: String
    private let signals: ShutdownSignals
    private let start = ContinuousClock.now
    private var toldPart: Int64 = 0

    init(verb: String, signals: ShutdownSignals) {
        self.verb = verb
        self.signals = signals
    }

    /// Seconds since the beginning, with one decimal.
    var elapsedText: String {
        let tenths = start.duration(to: .now) / .milliseconds(100)
        return "\(Int(tenths) / 10).\(Int(tenths) % 10)"
    }

    /// - Throws: `BackupError.stopped`.
    func hear(_ done: Int64, of all: Int64) throws {
        if signals.wait(seconds: 0) { throw BackupError.stopped }
        guard all >= Self.minimumPages else { return }
        let part = done * Self.parts / all
        guard part > toldPart else { return }
        toldPart = part
        print("\(verb) \(done) of \(all) pages")
        // Whoever reads this through a pipe wants it now.
        fflush(nil)
    }
}
