import Agency

/// Releases settlement files while a server runs, and tries again what is held back.
final class SettlementReleaser: Sendable {
    /// How long a file that is held back waits for the next try, in milliseconds.
    static let retryMilliseconds = 60_000

    private let rounds: RepeatedRound

    init(
        exchange: SettlementExchange, log: Log,
        after: @escaping PartnerDesk.Timer = PartnerDesk.systemTimer
    ) {
        rounds = RepeatedRound(
            after: .faults, pauseMilliseconds: Self.retryMilliseconds,
            failure: "settlement files cannot be read; tried again", log: log, timer: after
        ) {
            let release = try exchange.releaseAll()
            for file in release.files {
                log.info("settlement file released", ["file": file.name])
            }
            return release.heldBack.map { file in
                RepeatedRound.Fault(
                    text: file.description,
                    message: file.isReleased
                        ? "a settlement file cannot be delivered, tried again each minute"
                        : "a settlement file is held back and tried again each minute",
                    fields: [
                        "file": file.fileName, "partner": file.partnerCode,
                        "error": "\(file.cause)",
                    ])
            }
        }
    }

    /// Writes the files that are due; what is held back by a full disk, say, is tried again.
    func release() { rounds.run() }

    /// Waits for a round that is under way; none begins afterwards.
    func stop() { rounds.stop() }
}
