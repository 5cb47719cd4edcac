import Ledger
import SQL

/// Answers of a bank that come when the matter is decided.
///
/// | the withdrawal is | approved | declined |
/// |---|---|---|
/// | authorised, posted | said already | kept: the bank contradicts itself |
/// | declined | kept, and the bank is told to undo it | said already |
/// | reversed | kept; the reversal goes on | kept |
extension AgencySession {
    /// The most late answers that are kept of one transaction; a line that babbles fills no disk.
    static let maximumLateAnswers: Int64 = 16

    func recordLate(_ answer: BankAnswer, to withdrawal: WithdrawalRow) throws {
        switch (withdrawal.status, answer) {
        case (_, .noAnswer), (.authorised, .approved), (.posted, .approved),
            (.declined, .declined):
            return
        case (.declined, .approved(let reference)):
            try keepLate("approved", reference: reference, of: withdrawal.serial)
            // The bank may have booked after all; cash was not paid out and will not be.
            if try reversalState(of: withdrawal.serial) == "none" {
                try markReversal("due", of: withdrawal.serial)
            }
        case (.authorised, .declined), (.posted, .declined), (.reversed, .declined):
            try keepLate("declined", reference: "", of: withdrawal.serial)
        case (.reversed, .approved(let reference)):
            try keepLate("approved", reference: reference, of: withdrawal.serial)
        case (.pending, _), (.unknown, _), (.returnDue, _), (.returned, _):
            preconditionFailure("an answer to what is pending is not late")
        }
    }

    /// Keeps an answer that came too late, with the bank's reference, for whoever asks the bank.
    private func keepLate(_ answer: String, reference: String, of serial: Int64) throws {
        try connection.prepare(
            """
            INSERT INTO late_bank_answer (serial, recorded_at, answer, partner_reference)
            SELECT $1, $2, $3, $4
            WHERE (SELECT count(*) FROM late_bank_answer WHERE serial = $1) < $5
            """
        ).run(
            .integer(serial), .integer(now.millisecondsSinceEpoch), .text(answer),
            .text(Self.carried(reference)), .integer(Self.maximumLateAnswers))
    }

    private func reversalState(of serial: Int64) throws -> String? {
        try connection.prepare("SELECT reversal FROM withdrawal WHERE serial = $1")
            .first(.integer(serial)) { $0.text(0) }
    }
}
