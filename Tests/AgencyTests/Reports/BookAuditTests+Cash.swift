/// Damage to shifts, counts, transfers and people.
extension BookAuditTests {
    private static func first(_ table: String, _ key: String, _ condition: String) -> String {
        "(SELECT min(\(key)) FROM \(table) WHERE \(condition))"
    }

    private static func transfer(_ change: String, _ condition: String) -> String {
        "UPDATE cash_transfer SET \(change) WHERE transfer_id = "
            + first("cash_transfer", "transfer_id", condition)
    }

    static let cashDamages = [
        Damage(
            check: "counts add up",
            sql: "UPDATE cash_count SET total_fen = total_fen + 1 WHERE count_id = 1", row: "1"),
        Damage(
            check: "counts add up",
            sql: "UPDATE cash_count_line SET piece_count = piece_count + 1 WHERE count_id = 1",
            row: "1"),
        Damage(
            check: "counts add up", sql: "DELETE FROM cash_count_line WHERE count_id = 1",
            row: "1"),
        Damage(
            check: "shifts have their counts",
            sql: "UPDATE shift SET count_id = count_id + 90 WHERE shift_id = 1", row: "1"),
        Damage(
            check: "shifts have their counts",
            sql: "UPDATE cash_count SET shift_id = 2 WHERE count_id = 1", row: "1"),
        Damage(
            check: "shifts have their counts",
            sql: "UPDATE cash_count SET purpose = 'handover_check' WHERE count_id = 1", row: "1"),
        Damage(
            check: "shifts are as their events left them",
            sql: "DELETE FROM shift_event WHERE shift_id = 1", row: "1"),
        Damage(
            check: "shifts are as their events left them",
            sql: "UPDATE shift_event SET event = 'resume' WHERE shift_id = 1", row: "1"),
        Damage(
            check: "shifts are as their events left them",
            sql: "UPDATE shift SET closed_by = closed_by + 1 WHERE shift_id = 1", row: "1"),
        Damage(
            check: "handovers pass the till on",
            sql: "UPDATE handover SET next_shift_id = 1", row: "1"),
        Damage(
            check: "handovers pass the till on",
            sql: "UPDATE handover SET successor_id = successor_id + 1", row: "1"),
        Damage(
            check: "handovers pass the till on",
            sql: "UPDATE handover SET state = 'offered'", row: "1"),
        Damage(
            check: "over and short have their differences",
            sql: "UPDATE till_difference SET kind = 'short' WHERE difference_id = 1", row: "1"),
        Damage(
            check: "over and short have their differences",
            sql: "DELETE FROM till_difference WHERE difference_id = 1", row: "1"),
        Damage(
            check: "differences are as their events left them",
            sql: "UPDATE till_difference SET state = 'open' WHERE difference_id = 3", row: "3"),
        Damage(
            check: "differences are as their events left them",
            sql: "DELETE FROM difference_event WHERE difference_id = 1", row: "1"),
        Damage(
            check: "differences were booked as approved",
            sql: "UPDATE till_difference SET resolution = 'income' WHERE difference_id = 1",
            row: "1"),
        Damage(
            check: "differences were booked as approved",
            sql: "UPDATE till_difference SET resolution_entry_id = 1 WHERE difference_id = 2",
            row: "2"),
        Damage(
            check: "differences were booked as approved",
            sql: "UPDATE till_difference SET resolution_shift_id = 2 WHERE difference_id = 1",
            row: "1"),
        Damage(
            check: "tills hold what was counted last",
            sql: "UPDATE shift SET counted_fen = counted_fen + 1", row: "S0001-C1"),
        Damage(
            check: "people are as their events left them",
            sql: "UPDATE staff_member SET is_active = 1", row: "OP000301"),
        Damage(
            check: "people are as their events left them",
            sql: "UPDATE staff_event SET event = 'qualify', vetted_until = 1, trained_until = 1",
            row: "OP000301"),
        Damage(
            check: "transfers left as counted",
            sql: transfer("amount_fen = amount_fen + 1", "state = 'cancelled'"), row: "4"),
        Damage(
            check: "transfers left as counted",
            sql: transfer("sent_entry_id = 1", "state = 'offered'"), row: "5"),
        Damage(
            check: "transfers arrived as counted",
            sql: transfer("received_fen = received_fen - 1", "state = 'received'"), row: "1"),
        Damage(
            check: "transfers arrived as counted",
            sql: transfer("received_entry_id = sent_entry_id", "state = 'received'"), row: "1"),
        Damage(
            check: "transfers arrived as counted",
            sql: transfer("state = 'disputed'", "state = 'received'"), row: "1"),
        Damage(
            check: "transfers ended as decided",
            sql: transfer("resolution = 'with_receiver'", "state = 'resolved'"), row: "2"),
        Damage(
            check: "transfers ended as decided",
            sql: transfer("ended_entry_id = sent_entry_id", "state = 'cancelled'"), row: "4"),
        Damage(
            check: "transfers are between their places",
            sql: transfer("receiver_account_id = sender_account_id", "state = 'received'"),
            row: "1"),
        Damage(
            check: "transfers are between their places",
            sql: transfer("sent_shift_id = 2", "state = 'received'"), row: "1"),
        Damage(
            check: "transfers are between their places",
            sql: "UPDATE cash_transfer SET ended_shift_id = 1 WHERE transfer_id = 3", row: "3"),
        Damage(
            check: "cash in transit is under way",
            sql: transfer("state = 'received', received_fen = amount_fen", "state = 'offered'"),
            row: "in_transit"),
        Damage(
            check: "cash in transit is under way",
            sql: "DELETE FROM cash_transfer WHERE state = 'offered'", row: "in_transit"),
        Damage(
            check: "entries of cash have their documents",
            sql: "DELETE FROM cash_transfer WHERE transfer_id = 1"),
        Damage(
            check: "entries of cash have their documents",
            sql: "UPDATE till_difference SET resolution_entry_id = NULL"),
        Damage(
            check: "cash accounts are those of the chart",
            sql: "DELETE FROM cash_account WHERE purpose = 'over_income'", row: "over_income"),
        Damage(
            check: "cash accounts are those of the chart",
            sql: "UPDATE cash_account SET account_id = 1 WHERE purpose = 'in_transit'",
            row: "in_transit"),
        Damage(
            check: "till limits can be kept",
            sql: "UPDATE till_limit SET ceiling_fen = limit_fen - 1 WHERE ceiling_fen IS NOT NULL",
            row: "2"),
        Damage(
            check: "till limits can be kept", sql: "UPDATE till_limit SET tier = 'grand'",
            row: "1"),
        Damage(
            check: "shifts take up what was counted",
            sql: transfer("received_shift_id = sent_shift_id", "state = 'received'")),
        Damage(
            check: "shifts take up what was counted",
            sql: "UPDATE till_difference SET resolution_shift_id = 1 WHERE difference_id = 1"),
    ]
}
