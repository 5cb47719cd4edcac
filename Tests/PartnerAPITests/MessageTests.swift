import Foundation
import StrictJSON
import Testing

@testable import PartnerAPI

@Suite struct MessageTests {
    @Test func `posts with everything and with the least survive the way`() throws {
        let serial = try #require(PartnerSerial("000000000042"))
        let least = PartnerPost(serial: serial, kind: .payment, product: "W", amountFen: 1)
        var most = least
        most.kind = .transfer
        most.account = "A"
        most.targetAccount = "B"
        most.lines = [PartnerLineItem(reference: "L", quantity: 3, amountFen: 0)]
        most.card = PartnerCard(number: "6222020000001234", encryptedPINBlock: "0123456789ABCDEF")
        most.details = [PartnerDetail(name: "乘客", value: "\"王\"\\")]
        for kind in PartnerPost.Kind.allCases {
            for var post in [least, most] {
                post.kind = kind
                #expect(try PartnerPost(decoding: post.encoded) == post)
            }
        }
        for kind in PartnerInquiry.Kind.allCases {
            let inquiry = PartnerInquiry(kind: kind, product: "P", details: most.details)
            #expect(try PartnerInquiry(decoding: inquiry.encoded) == inquiry)
        }
        let query = PartnerQuery(serial: serial, amountFen: 5)
        #expect(try PartnerQuery.serial(decoding: query.encoded) == serial)
        #expect(!String(decoding: query.encoded, as: UTF8.self).contains("amount"))
        let reversal = PartnerReversal(serial: serial, amountFen: 5, reason: "没有回答")
        #expect(try PartnerReversal(decoding: reversal.encoded) == reversal)
        let booking = PartnerBooking(
            reference: "R", amountFen: 0, token: "1234-5678", tickets: ["T1", "T2"])
        let reply = PartnerPostReply.booked(booking)
        #expect(
            try PartnerPostReply(decoding: reply.encoded(serial: serial), serial: serial) == reply)
    }

    static let good =
        #"{"serial":"1","kind":"payment","product":"W","account":"","amount_fen":1,"#
        + #""lines":[],"details":[]}"#

    @Test(arguments: [
        (#""serial":"1""#, #""serial":"""#, "/serial"),
        (#""serial":"1""#, #""serial":"a b""#, "/serial"),
        (#""serial":"1""#, #""serial":"123456789012345678901234567890123""#, "/serial"),
        (#""serial":"1","#, "", "/serial"),
        (#""payment""#, #""gift""#, "/kind"),
        (#""product":"W""#, #""product":"""#, "/product"),
        (#""amount_fen":1"#, #""amount_fen":0"#, "/amount_fen"),
        (#""amount_fen":1"#, #""amount_fen":-1"#, "/amount_fen"),
        (#""amount_fen":1"#, #""amount_fen":1.0"#, "/amount_fen"),
        (#""amount_fen":1"#, #""amount_fen":10000000001"#, "/amount_fen"),
        (#""lines":[]"#, #""lines":[{}]"#, "/lines/0/reference"),
        (#""details":[]"#, #""details":[{"name":"a"}]"#, "/details/0/value"),
        (#""details":[]"#, #""details":[],"more":1"#, "/more"),
        (#""details":[]"#, #""details":[],"card":{"number":"1"}"#, "/card/number"),
    ])
    func `a post with a fault is refused with its place`(
        part: String, replacement: String, path: String
    ) throws {
        _ = try PartnerPost(decoding: Array(Self.good.utf8))
        let text = Self.good.replacingOccurrences(of: part, with: replacement)
        #expect(text != Self.good)
        let error = #expect(throws: JSONError.self) {
            try PartnerPost(decoding: Array(text.utf8))
        }
        #expect(error?.path == path)
    }

    @Test(arguments: ["", "流水", "a_b", "a/b", String(repeating: "1", count: 33)])
    func `texts that are no serials are refused`(text: String) {
        #expect(PartnerSerial(text) == nil)
    }
}
