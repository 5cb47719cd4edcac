import Foundation
import Testing

@testable import Agency

/// A JSON object that a command answered.
struct Answer {
    private let members: [String: Any]

    init(_ bytes: [UInt8]) throws {
        members = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    private init(members: [String: Any]) {
        self.members = members
    }

    func text(_ name: String) throws -> String {
        try #require(members[name] as? String, "\(name) is missing in \(members)")
    }

    func fen(_ name: String) throws -> Int64 {
        try #require(members[name] as? NSNumber, "\(name) is missing in \(members)").int64Value
    }

    func texts(_ name: String) throws -> [String] {
        try #require(members[name] as? [String])
    }

    func isNull(_ name: String) throws -> Bool {
        try #require(members[name]) is NSNull
    }

    func object(_ name: String) throws -> Answer {
        Answer(members: try #require(members[name] as? [String: Any]))
    }

    func objects(_ name: String) throws -> [Answer] {
        try #require(members[name] as? [[String: Any]]).map { Answer(members: $0) }
    }

    /// The names of the members.
    var names: Set<String> { Set(members.keys) }
}

extension CommandOutcome {
    /// The rule that refused, or nothing.
    var refusalCode: RefusalCode? {
        switch self {
        case .done, .running: nil
        case .refused(let refusal): refusal.code
        }
    }

    /// The answer's bytes of a command that was done.
    func bytes() throws -> [UInt8] {
        switch self {
        case .done(let bytes): return bytes
        case .refused(let refusal): throw refusal
        case .running: throw Unfinished()
        }
    }

    func answer() throws -> Answer { try Answer(bytes()) }

    struct Unfinished: Error {}
}

/// The rule by which a body is refused, or nothing when it is not.
func refusalCode(_ body: () throws -> Void) throws -> RefusalCode? {
    do {
        try body()
        return nil
    } catch let refusal as Refusal {
        return refusal.code
    }
}
