import Agency
import CivilTime
import StrictJSON

/// What became of an item, in one word.
enum TerminalItemWord: String, CaseIterable {
    case applied, repeated, refused
    case outOfOrder = "out_of_order"

    init(_ result: TerminalItemResult) {
        switch result {
        case .applied, .declaredUnused(isRepeated: false): self = .applied
        case .repeated, .declaredUnused(isRepeated: true): self = .repeated
        case .refused, .postponed: self = .refused
        case .outOfOrder: self = .outOfOrder
        }
    }
}

extension TerminalBatchReport {
    /// Writes the report as a JSON object.
    func encode(to writer: inout JSONWriter, zone: ZoneOffset) throws {
        let words = results.map { TerminalItemWord($0.result) }
        writer.beginObject()
        writer.field("batch_id", String(batch))
        writer.field("received_at", zone.text(receivedAt))
        writer.field("applied_count", Int64(words.count { $0 == .applied }))
        writer.field("repeated_count", Int64(words.count { $0 == .repeated }))
        writer.field("refused_count", Int64(words.count { $0 == .refused }))
        writer.field("out_of_order_count", Int64(words.count { $0 == .outOfOrder }))
        writer.key("items")
        writer.beginArray()
        for (item, word) in zip(results, words) {
            writer.beginObject()
            writer.field("sequence", item.sequence)
            writer.field("result", word.rawValue)
            try item.result.encodeMembers(to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.field("highest_sequence", numbers.highest)
        writer.field("complete_to", numbers.completeTo)
        writer.key("missing")
        numbers.encodeMissing(to: &writer)
        writer.endObject()
    }
}

extension TerminalNumbers {
    /// Writes the ranges of the numbers that did not arrive.
    func encodeMissing(to writer: inout JSONWriter) {
        writer.beginArray()
        for range in missing {
            writer.beginObject()
            writer.field("first_sequence", range.lowerBound)
            writer.field("last_sequence", range.upperBound)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension TerminalItemResult {
    /// Writes the answer or the problem that the request gets on the line.
    fileprivate func encodeMembers(to writer: inout JSONWriter) throws {
        switch self {
        case .applied(let answer): try Self.encode(answer, to: &writer)
        case .declaredUnused, .outOfOrder: break
        case .repeated(.done(let answer)): try Self.encode(answer, to: &writer)
        case .repeated(.refused(let refusal)): Self.encode(refusal, to: &writer)
        case .repeated(.running): Self.encode(API.stillRunning, to: &writer)
        case .refused(let refusal):
            Self.encode(refusal, to: &writer)
            writer.field("may_be_handed_in_again", false)
        case .postponed(let refusal):
            Self.encode(refusal, to: &writer)
            writer.field("may_be_handed_in_again", true)
        }
    }

    private static func encode(_ answer: [UInt8], to writer: inout JSONWriter) throws {
        writer.key("answer")
        writer.value(try StrictJSONParser.parse(answer, limits: .dataFile))
    }

    private static func encode(_ refusal: Refusal, to writer: inout JSONWriter) {
        writer.key("problem")
        writer.beginObject()
        Problem(refusal).encodeMembers(to: &writer)
        writer.endObject()
    }
}
