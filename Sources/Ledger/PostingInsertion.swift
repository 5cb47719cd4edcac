import SQL

/// The statements that insert one to eight postings at once.
enum PostingInsertion {
    static let maximumRows = 8
    static let columnCount = 5

    private static let texts: [String] = (0...maximumRows).map { rows in
        let tuples = (0..<rows).map { row in
            let places = (1...columnCount).map { "$\(row * columnCount + $0)" }
            return "(" + places.joined(separator: ", ") + ")"
        }
        return "INSERT INTO posting (entry_id, line, account_id, amount, currency) VALUES "
            + tuples.joined(separator: ", ")
    }

    static func prepare(_ connection: Connection, rows: Int) throws -> Statement {
        try connection.prepare(computed: texts[rows])
    }
}
