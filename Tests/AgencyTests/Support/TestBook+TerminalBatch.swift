import CivilTime
import Cryptography
import Foundation
import StrictJSON
import Testing

@testable import Agency

/// An item as a test writes it.
struct TestItem {
    let sequence: Int64
    let key: String
    var account = "13700000001"
    var amountFen: Int64 = 1_500
    var staff = "OP000101"
    var action: TerminalItem.Action?

    static func pay(
        _ sequence: Int64, _ key: String, _ amountFen: Int64 = 1_500, staff: String = "OP000101"
    ) -> TestItem {
        TestItem(sequence: sequence, key: key, amountFen: amountFen, staff: staff)
    }

    /// Scratch tickets of station 1 by their places in the pack.
    static func sell(
        _ sequence: Int64, _ key: String, at places: [Int64], staff: String = "OP000101"
    ) -> TestItem {
        sell(
            sequence, key, TestBook.tickets(.named(places.map { DemoStock.ticket($0) })),
            staff: staff)
    }

    static func sell(
        _ sequence: Int64, _ key: String, _ request: StockSaleRequest, staff: String = "OP000101"
    ) -> TestItem {
        TestItem(sequence: sequence, key: key, staff: staff, action: .sellStock(request))
    }

    static func unused(_ sequence: Int64, _ key: String) -> TestItem {
        TestItem(sequence: sequence, key: key, action: .unused)
    }

    var request: BillPaymentRequest {
        BillPaymentRequest(
            target: .account(productCode: "MOBILE", accountNumber: account), amountFen: amountFen)
    }

    func item() -> TerminalItem {
        let action = action ?? .payBill(request)
        return TerminalItem(
            sequence: sequence, key: key, recordedAt: Instant(millisecondsSinceEpoch: 1_000),
            staffCode: staff, action: action,
            canonicalBytes: [UInt8]("\(sequence) \(key) \(staff) \(action)".utf8))
    }
}

extension TestBook {
    static let terminal = "S0001-T1"

    /// A batch signed with a terminal's key, or with another one.
    func batch(
        _ items: [TestItem], sequences: ClosedRange<Int64>? = nil,
        signedBy terminal: String = TestBook.terminal, of named: String = TestBook.terminal
    ) throws -> TerminalBatch {
        let numbers = items.map(\.sequence)
        let range = try sequences ?? (#require(numbers.min())...#require(numbers.max()))
        func batch(_ signature: MessageAuthenticationCode) -> TerminalBatch {
            TerminalBatch(
                terminalCode: named, sequences: range,
                createdAtText: "2026-11-20T09:30:00+08:00",
                createdAt: Instant(millisecondsSinceEpoch: 2_000), items: items.map { $0.item() },
                signature: signature)
        }
        let secret = try #require(
            try TestNetwork.credentials().terminalSecrets.first { $0.terminalID == terminal }
        ).secretHex
        let key = try SymmetricKey(bytes: SHA256.hash(secret).bytes)
        let unsigned = batch(
            try #require(MessageAuthenticationCode(bytes: [UInt8](repeating: 0, count: 32))))
        return batch(HMACSHA256.authenticate(unsigned.signedBytes, key: key))
    }

    @discardableResult
    func handIn(
        _ items: [TestItem], sequences: ClosedRange<Int64>? = nil, by principal: Principal
    ) throws -> TerminalBatchReport {
        try handIn(try batch(items, sequences: sequences), by: principal)
    }

    func handIn(
        _ batch: TerminalBatch, by principal: Principal
    ) throws -> TerminalBatchReport {
        try TerminalBatchDesk(readers: book.readers, writer: book.writer)
            .handIn(batch, by: principal)
    }
}

extension TerminalBatchReport {
    /// What became of each item, in a word.
    var words: [String] {
        results.map { item in
            switch item.result {
            case .applied: "\(item.sequence) applied"
            case .declaredUnused(isRepeated: false): "\(item.sequence) unused"
            case .declaredUnused(isRepeated: true): "\(item.sequence) unused again"
            case .repeated: "\(item.sequence) repeated"
            case .refused(let refusal): "\(item.sequence) \(refusal.code.rawValue)"
            case .postponed(let refusal): "\(item.sequence) again \(refusal.code.rawValue)"
            case .outOfOrder: "\(item.sequence) out of order"
            }
        }
    }
}
