import CivilTime
import Foundation
import StrictJSON
import Testing

@testable import Ledger

/// The published vectors of `fixtures/ledger`.
enum LedgerVectors {
    /// An entry with the bytes and the leaf that it must have.
    struct EntryVector {
        let note: String
        let entry: CanonicalEntry
        /// The entry's object as the file has it.
        let json: JSONValue
        let canonicalHex: String
        let leafHex: String
    }

    static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    static var folder: URL { repository.appending(path: "fixtures/ledger") }

    static func names(startingWith start: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix(start) }.sorted()
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    static func json(_ name: String) throws -> JSONValue {
        try StrictJSONParser.parse(Array(text(name).utf8))
    }

    static func entries() throws -> [EntryVector] {
        try #require(try json("entries.json")["entries"]).items.map { vector in
            let json = try #require(vector["entry"])
            return EntryVector(
                note: try #require(vector["note"]?.text), entry: try CanonicalEntry(json),
                json: json, canonicalHex: try #require(vector["canonical_hex"]?.text),
                leafHex: try #require(vector["leaf_hash"]?.text))
        }
    }

    /// The root of each size, from 0 on.
    static func roots() throws -> [String] {
        try #require(try json("roots.json")["roots"]).items.enumerated().map { index, root in
            #expect(root["tree_size"]?.number == Int64(index))
            return try #require(root["root"]?.text)
        }
    }
}

extension JSONValue {
    /// The member of an object, or nothing.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var number: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    var items: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    /// The value as JSON on one line.
    var written: String {
        var writer = JSONWriter()
        writer.value(self)
        return writer.text
    }

    fileprivate var date: BusinessDate? { text.flatMap { BusinessDate($0) } }

    fileprivate var instant: Instant? {
        number.map { Instant(millisecondsSinceEpoch: $0) }
    }
}

extension CanonicalEntry {
    fileprivate init(_ json: JSONValue) throws {
        self.init(
            entry: ID(try #require(json["entry_id"]?.number)),
            businessDate: try #require(json["business_date"]?.date),
            recordedAt: try #require(json["recorded_at_ms"]?.instant),
            kind: try #require(json["kind"]?.text),
            narrative: try #require(json["narrative"]?.text), source: json["source_id"]?.number,
            phase: try #require(json["phase"]?.number),
            original: json["original_entry_id"]?.number.map { ID($0) },
            originalDate: json["original_date"]?.date, expiresAt: json["expires_at_ms"]?.instant,
            lines: try #require(json["lines"]).items.map { line in
                Line(
                    account: try #require(line["account"]?.text),
                    currencyNumber: try #require(line["currency_number"]?.number),
                    amount: try #require(line["amount_fen"]?.number))
            })
    }
}
