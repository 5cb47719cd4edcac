import Foundation
import StrictJSON
import Testing

@testable import PartnerAPI

/// The answers that `docs/partner-api.md` shows are answers that we understand.
@Suite struct DocumentedAnswerTests {
    private static func blocks(_ label: String) throws -> [String] {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/partner-api.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        return text.components(separatedBy: "```\(label)\n").dropFirst().map {
            $0.components(separatedBy: "\n```")[0]
        }
    }

    private static func serial(_ text: String) throws -> PartnerSerial {
        let digits = text.components(separatedBy: #""serial":""#)[1].prefix { $0 != "\"" }
        return try #require(PartnerSerial(String(digits)))
    }

    @Test func `each documented answer is read, and written back as it stands`() throws {
        let posts = try Self.blocks("json answer post")
        for text in posts {
            let serial = try Self.serial(text)
            let reply = try PartnerPostReply(decoding: Array(text.utf8), serial: serial)
            #expect(reply.encoded(serial: serial) == Array(text.utf8))
        }
        let queries = try Self.blocks("json answer query")
        for text in queries {
            let serial = try Self.serial(text)
            let reply = try PartnerQueryReply(decoding: Array(text.utf8), serial: serial)
            #expect(reply.encoded(serial: serial) == Array(text.utf8))
        }
        let reversals = try Self.blocks("json answer reverse")
        for text in reversals {
            let serial = try Self.serial(text)
            let reply = try PartnerReversalReply(decoding: Array(text.utf8), serial: serial)
            #expect(reply.encoded(serial: serial) == Array(text.utf8))
        }
        #expect(posts.count == 3 && queries.count == 2 && reversals.count == 2)
        for kind in PartnerInquiry.Kind.allCases {
            let inquiries = try Self.blocks("json answer inquire \(kind.rawValue)")
            #expect(!inquiries.isEmpty)
            for text in inquiries {
                let reply = try PartnerInquiryReply(decoding: Array(text.utf8), kind: kind)
                #expect(reply.encoded == Array(text.utf8))
            }
        }
        let faults = try Self.blocks("json answer fault")
        #expect(faults.count == 1)
        for text in faults {
            #expect(try PartnerFault(decoding: Array(text.utf8)).encoded == Array(text.utf8))
        }
    }
}
