/// Why a bank's statement is refused whole: the place, what is wrong, and what to do.
public struct StatementFault: Error, Equatable, Sendable {
    /// The line from 1, where one is to blame.
    public let line: Int?
    /// The entry from 1, where one is to blame.
    public let entry: Int?
    /// What is wrong and what to do, in English.
    public let problem: String
    /// The same in Chinese.
    public let chineseProblem: String

    init(line: Int? = nil, entry: Int? = nil, _ problem: String, zh chineseProblem: String) {
        self.line = line
        self.entry = entry
        self.problem = problem
        self.chineseProblem = chineseProblem
    }

    /// The same fault, of an entry.
    func of(entry: Int) -> StatementFault {
        StatementFault(line: line, entry: entry, problem, zh: chineseProblem)
    }
}

extension StatementFault: CustomStringConvertible {
    public var description: String {
        let places = [line.map { "line \($0)" }, entry.map { "entry \($0)" }].compactMap { $0 }
        return places.isEmpty ? problem : places.joined(separator: ", ") + ": " + problem
    }

    /// The refusal that tells it.
    public var refusal: Refusal {
        let places = [line.map { "第 \($0) 行" }, entry.map { "第 \($0) 笔" }].compactMap { $0 }
        return Refusal(
            .bankStatementInvalid, description,
            zh: places.isEmpty
                ? chineseProblem : places.joined(separator: "，") + "：" + chineseProblem)
    }
}
